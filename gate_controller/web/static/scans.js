// Tells a scanner from a person: it types a code faster than anybody, and ends it with Enter or Tab.
const APART = 50; // ms between two keys of a scanner; a person has 100 at least, save when he holds one down
const LEAST = 5; // keys in a row: an incident code, the shortest that is scanned

let run = 0;
let last = -Infinity;
addEventListener("keydown", (event) => {
  if (event.key === "Shift") return;
  run = event.timeStamp - last < APART && !event.repeat ? run + 1 : 1;
  last = event.timeStamp;
}, true);

// Whether the key of this event ends what a scanner has typed; and how many keys that were, itself left out.
export const isScanned = () => run > LEAST;
export const scanned = () => run - 1;
