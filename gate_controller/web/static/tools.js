// The technician's page: devices tried, sessions ended.
import { words } from "./clock.js";
import { newId, post } from "./every.js";

const told = document.querySelector("[data-tried]");

for (const button of document.querySelectorAll("[data-try]")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    told.hidden = true;
    try {
      const isPrint = button.dataset.try === "fingerprint";
      const path = `/api/v1/actions/${isPrint ? "show-fingerprint" : "try"}?lang=${document.documentElement.lang}`;
      const body = isPrint ? {} : { id: newId(), what: button.dataset.try };
      let answer = await post(path, body);
      while (answer.status === 202) { // the same name again: it is tried once
        await new Promise((done) => setTimeout(done, 1000));
        answer = await post(path, body);
      }
      if (!answer.ok) {
        told.textContent = (await answer.json()).error;
        told.hidden = false;
      }
    } catch {
      told.textContent = words.unreachable;
      told.hidden = false;
    }
    button.disabled = false;
  });
}

const reloaded = document.querySelector("[data-reloaded]");
document.querySelector("[data-reload]").addEventListener("click", async ({ currentTarget: button }) => {
  button.disabled = true;
  reloaded.hidden = true;
  try {
    const path = `/api/v1/actions/reload?lang=${document.documentElement.lang}`;
    const body = { id: newId() };
    let answer = await post(path, body);
    while (answer.status === 202) { // somebody is being served: the same name again asks what came of it
      await new Promise((done) => setTimeout(done, 1000));
      answer = await post(path, body);
    }
    const told = await answer.json();
    reloaded.textContent = answer.ok ? told.happened : told.error;
  } catch {
    reloaded.textContent = words.unreachable;
  }
  reloaded.hidden = false;
  button.disabled = false;
});

for (const button of document.querySelectorAll("[data-revoke]")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    const answer = await post(`/api/v1/sessions/${button.dataset.revoke}/revoke`, {});
    if (answer.ok) button.closest("tr").remove();
    else button.disabled = false;
  });
}
