// What is put on paper: ordered once, and told as what the printer has said.
import { clock, now, words } from "./clock.js";
import { newId, post } from "./every.js";

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-print]") : null;
  if (!button || button.disabled) return;
  const said = button.closest("section").querySelector("[data-printed]");
  const tell = (text, isGood) => {
    said.textContent = text;
    said.className = `told ${isGood ? "good" : "bad"}`;
    said.hidden = false;
  };
  const label = button.textContent;
  button.disabled = true;
  button.textContent = button.dataset.busy;
  said.hidden = true;
  said.textContent = ""; // what was said of the one before is not said of this one
  const body = { id: newId() };
  if (button.dataset.code) body.code = button.dataset.code;
  try {
    const path = `/api/v1/${button.dataset.print}?lang=${document.documentElement.lang}`;
    let answer = await post(path, body);
    while (answer.status === 202) { // the same name again: it is printed once
      await new Promise((done) => setTimeout(done, 1000));
      answer = await post(path, body);
    }
    if (answer.ok) tell(words.done.replace("{time}", clock(now())), true);
    else tell((await answer.json()).error, false);
  } catch {
    tell(words.unreachable, false);
  }
  button.disabled = false;
  button.textContent = label;
});
