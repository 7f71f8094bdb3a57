// Finds a visit: a scanner types into the field and presses Enter.
import { words } from "./clock.js";
import { post } from "./every.js";
import { takesScans } from "./scans.js";

const find = document.querySelector("#find");
const found = document.querySelector("[data-found]");
let asked = 0;
find.form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = find.value.trim();
  find.value = "";
  find.dispatchEvent(new Event("input"));
  if (!text) return;
  found.textContent = words.searching;
  const mine = (asked += 1);
  try {
    const answer = await post("/find", { text });
    if (answer.status === 401 || answer.status === 403) return location.reload();
    const said = await answer.json();
    if (mine !== asked) return; // the next code has been scanned meanwhile
    if (said.go) return location.assign(said.go);
    if (answer.ok) found.innerHTML = said.html;
    else found.textContent = said.error;
  } catch { if (mine === asked) found.textContent = words.unreachable; }
  find.focus();
});
takesScans(find);
if (matchMedia("(pointer: fine)").matches && (document.activeElement === document.body || !document.activeElement)) find.focus({ preventScroll: true });
