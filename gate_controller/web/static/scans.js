// Tells a scanner from a person: it types a code faster than anybody, and ends it with Enter or Tab.
const APART = 50; // ms between two keys of a scanner; a person has 100 at least, save when he holds one down
const LEAST = 5; // keys in a row: an incident code, the shortest that is scanned

let run = 0;
let last = -Infinity;
let before = ""; // what stood in the field when the row began
addEventListener("keydown", (event) => {
  if (event.key === "Shift") return;
  run = event.timeStamp - last < APART && !event.repeat ? run + 1 : 1;
  last = event.timeStamp;
  if (run === 1) before = event.target instanceof HTMLInputElement ? event.target.value : "";
}, true);

// Has a field take whatever is scanned or typed, wherever the cursor is, and whatever the scanner ends it with.
export function takesScans(field) {
  // Some scanners end in Tab, which would leave the field with the code in it.
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.shiftKey || !isScanned() || !field.value) return;
    event.preventDefault();
    field.form.requestSubmit();
  });
  // Whoever scans does not look for the field first. Keys in other fields and with modifiers are left alone.
  addEventListener("keydown", (event) => {
    const busy = document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey || event.altKey;
    const inField = event.target instanceof HTMLElement && event.target.closest("input, textarea, select");
    if (!busy && !inField && event.key.length === 1 && event.key !== " ") field.focus({ preventScroll: true });
  });
}

// Whether the key of this event ends what a scanner has typed.
export const isScanned = () => run > LEAST;

// Takes what a scanner has typed out of a field again, wherever in it and however much of it there was room for.
export function takeBack(field) {
  field.value = before;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
