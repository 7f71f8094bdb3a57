// Logs in: name and password as JSON, so that no other site's form can do the same.
const form = document.getElementById("login");
const objection = document.getElementById("objection");

// Where to go afterwards: a path of this site, whatever the link said.
function next() {
  const asked = new URL(new URLSearchParams(location.search).get("next") || "/", location.origin);
  return asked.origin === location.origin ? asked.pathname + asked.search + asked.hash : "/";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  objection.textContent = "";
  try {
    const answer = await fetch("/login", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ name: form.elements.name.value, password: form.elements.password.value }),
    });
    if (answer.ok) {
      location.replace(next());
      return;
    }
    const words = { 401: objection.dataset.wrong, 429: objection.dataset.later }[answer.status];
    objection.textContent = words ? words.replace("{n}", answer.headers.get("Retry-After")) : (await answer.json()).error;
  } catch {
    objection.textContent = form.dataset.noAnswer;
  }
  button.disabled = false;
  form.elements.password.select();
});

// Who comes by a link of another site is not sent with his cookie (SameSite=Strict), and may be logged in all the same.
if (document.referrer && new URL(document.referrer).origin !== location.origin) {
  fetch("/live/check").then((answer) => { if (answer.ok) location.replace(next()); }, () => {});
}
