// Small forms of the house: sent as JSON, answered in place; the page is loaded anew where it shows something else then.
import { words } from "/static/clock.js";
import { post } from "/static/every.js";

for (const form of document.querySelectorAll("[data-form]")) {
  const told = form.querySelector("[data-told]");
  const tell = (text, isGood) => {
    told.textContent = text;
    told.className = `told ${isGood ? "good" : "bad"}`;
    told.hidden = false;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button:not([type=button])");
    button.disabled = true;
    const body = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()]));
    try {
      const answer = await post(`/api/v1/${form.dataset.form}?lang=${document.documentElement.lang}`, body);
      const said = await answer.json().catch(() => ({}));
      if (answer.ok && form.dataset.go) return location.assign(form.dataset.go);
      if (answer.ok && form.dataset.shows !== undefined) form.dispatchEvent(new CustomEvent("answered", { detail: said }));
      else if (answer.ok) return location.reload();
      else tell(said.error || words.failed.replace("{status}", answer.status), false);
    } catch { tell(words.unreachable, false); }
    button.disabled = false;
  });
}
