// The desk: a code is looked up as it is scanned, typed or tapped; what can be done with it is ordered as everywhere.
import { words } from "./clock.js";
import { post } from "./every.js";
import "./orders.js";
import { takesScans } from "./scans.js";

const field = document.querySelector("#code");
const mistake = document.querySelector("#mistake");
const shown = document.querySelector("#shown");
let asked = 0;
let looked = ""; // what was looked up last: it is looked up again when an order about it is over

function explain(text) {
  mistake.textContent = text;
  mistake.hidden = !text;
}
async function look(text, isAgain) {
  const mine = (asked += 1);
  explain("");
  // Empty at once: what is scanned while E-GUMA is asked is the next code, and no end of this one.
  if (!isAgain) field.value = "";
  const putBack = (why) => {
    shown.textContent = "";
    field.value ||= text; // nobody types twelve letters twice
    explain(why);
  };
  if (!isAgain) shown.textContent = words.asking;
  try {
    const answer = await post(`/desk/voucher?lang=${document.documentElement.lang}`, { code: text });
    if (answer.status === 401) return location.reload();
    const said = await answer.json();
    if (mine !== asked) return; // the next code has been scanned meanwhile
    if (answer.ok) {
      shown.innerHTML = said.html;
      looked = text;
      if (!keypad.hidden) shown.firstElementChild?.scrollIntoView({ block: "nearest" }); // it is below the keys
    } else if (!isAgain) putBack(said.error);
  } catch {
    if (mine === asked && !isAgain) putBack(words.unreachable);
  }
}
field.form.addEventListener("submit", (event) => {
  event.preventDefault();
  field.focus();
  if (field.value.trim()) look(field.value, false);
});
// Whoever begins to type after a code was shown means another one.
field.addEventListener("input", () => explain(""));
document.addEventListener("ordered", () => { if (looked) look(looked, true); });
takesScans(field);

// -- the keypad, for a tablet: what is tapped stands in fours, as it is printed

const keypad = document.querySelector("#keypad");
const keypadSwitch = document.querySelector("#keypad-switch");
const isOnGlass = matchMedia("(pointer: coarse)").matches;
function showKeypad(isShown) {
  keypad.hidden = !isShown;
  keypadSwitch.setAttribute("aria-expanded", String(isShown));
  field.inputMode = isShown ? "none" : "text"; // else the device's own keyboard lies over ours
}
keypadSwitch.hidden = false;
keypadSwitch.addEventListener("click", () => { showKeypad(keypad.hidden); field.focus(); });
showKeypad(isOnGlass);
keypad.addEventListener("click", (event) => {
  const key = event.target instanceof Element ? event.target.closest("[data-key]")?.dataset.key : "";
  if (!key) return;
  const plain = field.value.toUpperCase().replace(/[\s-]/g, "");
  const changed = key === "back" ? plain.slice(0, -1) : key === "-" ? plain : plain + key;
  field.value = inFours(changed);
  explain("");
  if (!isOnGlass) field.focus();
});
const inFours = (text) => (text.match(/.{1,4}/gu) || []).join("-");
if (!isOnGlass) field.focus({ preventScroll: true });
