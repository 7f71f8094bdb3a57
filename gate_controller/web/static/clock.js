// The gate's clock and zone, whatever this device has; and the words that the page's scripts say.
const gate = document.querySelector("meta[name=gate]").dataset;
export const words = JSON.parse(document.querySelector("meta[name=words]").content);

let ahead = Number(gate.at) - Date.now() / 1000;
let offset = Number(gate.offset); // another in summer than in winter, and a page stays open for weeks
export const now = () => Date.now() / 1000 + ahead;
export function setClock(told) { ahead = told.at - Date.now() / 1000; offset = told.offset; }

const two = (number) => String(number).padStart(2, "0");
export function clock(moment) {
  const at = new Date((moment + offset) * 1000);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
}
export function span(seconds) {
  const long = Math.max(0, seconds);
  if (long < 100) return words.seconds.replace("{n}", Math.floor(long));
  if (long < 7200) return words.minutes.replace("{n}", Math.floor(long / 60));
  if (long < 172800) return words.hours.replace("{n}", Math.floor(long / 3600));
  return words.days.replace("{n}", Math.floor(long / 86400));
}
