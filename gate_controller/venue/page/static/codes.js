// A code that was made: shown once, as text, as the gate's command, and as a QR code of address and code.
import { proof } from "/static/every.js";

const made = document.querySelector("[data-made]");
document.querySelector("[data-shows]")?.addEventListener("answered", async ({ detail }) => {
  const command = `gate-controller join ${location.origin} ${detail.code}`;
  made.querySelector("[data-code]").textContent = detail.code;
  made.querySelector("[data-command]").textContent = command;
  made.hidden = false;
  made.scrollIntoView({ block: "nearest" });
  const answer = await fetch("/enrolment/qr", {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "text/plain", "X-Gate-Proof": proof() },
    body: `${location.origin}#${detail.code}`, // as the command takes it too, in place of both
  });
  if (!answer.ok) return;
  const drawn = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
  made.querySelector("[data-qr]").replaceChildren(document.importNode(drawn, true));
});
