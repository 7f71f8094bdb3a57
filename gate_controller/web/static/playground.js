// The demo's gate: a voucher is held under the scanner, a contact moved, a fault chosen. What comes of it, the page follows.
import { words } from "./clock.js";
import { post } from "./every.js";

const HELD_MS = 600; // a card is up for as long as a hand holds it

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-play]") : null;
  if (!button || button.getAttribute("aria-busy") === "true") return;
  const says = button.querySelector("[data-says]");
  const said = says?.textContent;
  const tell = (text) => { if (says) says.textContent = text; };
  button.setAttribute("aria-busy", "true");
  if (button.dataset.busy) tell(button.dataset.busy);
  const held = new Promise((done) => setTimeout(done, button.dataset.play === "scan" ? HELD_MS : 0));
  try {
    const answer = await post(`/playground/${button.dataset.play}`, { [button.dataset.play]: button.dataset.value });
    if (!answer.ok) toast(words.failed.replace("{status}", answer.status));
  } catch { toast(words.unreachable); }
  await held;
  tell(said);
  button.removeAttribute("aria-busy");
});

let gone = 0;
function toast(text) {
  const toast = document.querySelector("[data-toast]");
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(gone);
  gone = setTimeout(() => { toast.hidden = true; }, 4000);
}
