// The live page: parts of it are replaced as the gate changes; orders are sent once and their answers told.
import { newId, post } from "./every.js";

const gate = document.querySelector("meta[name=gate]").dataset;
const words = JSON.parse(document.querySelector("meta[name=words]").content);
const head = document.querySelector("[data-live-words]");
const toast = document.querySelector("[data-toast]");

// -- time: the gate's clock and zone, whatever this device has

let ahead = Number(gate.at) - Date.now() / 1000;
const now = () => Date.now() / 1000 + ahead;
const two = (number) => String(number).padStart(2, "0");
function clock(moment) {
  const at = new Date((moment + Number(gate.offset)) * 1000);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
}
function span(seconds) {
  const long = Math.max(0, seconds);
  if (long < 100) return words.seconds.replace("{n}", Math.floor(long));
  if (long < 7200) return words.minutes.replace("{n}", Math.floor(long / 60));
  if (long < 172800) return words.hours.replace("{n}", Math.floor(long / 3600));
  return words.days.replace("{n}", Math.floor(long / 86400));
}
function showAges() {
  for (const each of document.querySelectorAll("[data-since]")) {
    const said = each.dataset.words.replace("{age}", span(now() - Number(each.dataset.since)));
    if (each.textContent !== said) each.textContent = said;
  }
}

// -- live, or stale and since when

const SILENT_SECONDS = 12; // the gate says something at least every 5 s
let heard = 0;
let lostAt = null;
let source = null;
let tries = 0;
let retry = 0;

function isLive() {
  heard = performance.now();
  tries = 0;
  if (lostAt !== null) lostAt = null;
  document.body.classList.remove("stale");
}
function isStale() {
  if (lostAt === null) lostAt = now();
  document.body.classList.add("stale");
}
function tick() {
  if (lostAt === null && heard && performance.now() - heard > SILENT_SECONDS * 1000) {
    isStale();
    connectSoon();
  }
  head.textContent = lostAt === null
    ? (heard ? words.live.replace("{time}", clock(now())) : head.textContent)
    : words.stale.replace("{time}", clock(lostAt)).replace("{age}", span(now() - lostAt));
  showAges();
}
function connectSoon() {
  source?.close();
  clearTimeout(retry);
  tries += 1;
  retry = setTimeout(connect, Math.min(10000, 500 * 2 ** Math.min(tries, 5)));
}
function connect() {
  source?.close();
  source = new EventSource(gate.live);
  source.addEventListener("parts", (event) => take(JSON.parse(event.data)));
  source.addEventListener("beat", (event) => { ahead = Number(event.data) - Date.now() / 1000; isLive(); });
  source.addEventListener("error", async () => {
    isStale();
    source.close();
    // A session that has ended, or a gate that has been started anew, shows the page as it is now.
    try {
      const answer = await fetch("/live/check", { credentials: "same-origin", cache: "no-store" });
      if (answer.status === 401 || answer.status === 403) return location.reload();
    } catch { /* not reachable: tried again below */ }
    connectSoon();
  });
}
function take(news) {
  ahead = news.at - Date.now() / 1000;
  isLive();
  document.title = news.tab;
  for (const [name, html] of Object.entries(news.parts)) {
    const part = document.querySelector(`[data-part="${name}"]`);
    if (!part || part.dataset.html === html) continue;
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const key = focused && (focused.dataset.ask || focused.getAttribute("href"));
    part.innerHTML = html;
    part.dataset.html = html;
    if (key) [...part.querySelectorAll("button, a")].find((each) => (each.dataset.ask || each.getAttribute("href")) === key)?.focus();
  }
  tick();
}
document.addEventListener("visibilitychange", () => { if (!document.hidden && lostAt !== null) connect(); });
addEventListener("online", () => { if (lostAt !== null) connect(); });
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
connect();
setInterval(tick, 1000);

// -- find: a scanner types into the field and presses Enter

const find = document.querySelector("#find");
const found = document.querySelector("[data-found]");
find.form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = find.value.trim();
  find.value = "";
  if (!text) return;
  found.textContent = words.searching;
  try {
    const answer = await fetch("/find", { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json", "X-Gate-Proof": gate.proof }, body: JSON.stringify({ text }) });
    const said = await answer.json();
    if (said.go) return location.assign(said.go);
    found.innerHTML = said.html;
  } catch { found.textContent = words.unreachable; }
  find.focus();
});
// Whoever scans does not look for the field first. Keys in other fields and with modifiers are left alone.
addEventListener("keydown", (event) => {
  const busy = document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey || event.altKey;
  const inField = event.target instanceof HTMLElement && event.target.closest("input, textarea, select");
  if (!busy && !inField && event.key.length === 1 && /[0-9A-Za-z]/.test(event.key)) find.focus({ preventScroll: true });
});
if (matchMedia("(pointer: fine)").matches && (document.activeElement === document.body || !document.activeElement)) find.focus({ preventScroll: true });

// -- orders: asked once, sent with a name of their own, and told what really happened

let order = null;
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-ask]") : null;
  if (button) open(button.dataset);
});
function open(what) {
  const dialog = document.querySelector(`#ask-${what.ask}`);
  if (!dialog) return;
  const form = dialog.querySelector("form");
  form.reset();
  order = { id: newId(), path: form.dataset.do.replace("{incident}", what.incident || "") };
  const about = form.querySelector("[data-about]");
  about.hidden = !what.about;
  about.textContent = what.about || "";
  const told = form.querySelector("[data-told]");
  told.hidden = true;
  const send = form.querySelector("[type=submit]");
  send.disabled = false;
  send.hidden = false;
  send.textContent = send.dataset.words || send.textContent;
  form.querySelector("[data-close]").textContent = words.cancel;
  const first = form.querySelector("[data-path]");
  if (first) choose(form, first);
  for (const each of form.querySelectorAll("[data-reason], [data-until]")) each.setAttribute("aria-pressed", "false");
  dialog.showModal();
}
function choose(form, chosen) {
  for (const each of form.querySelectorAll("[data-path]")) each.setAttribute("aria-pressed", String(each === chosen));
  order.path = chosen.dataset.path;
  const isTimed = !chosen.dataset.path.endsWith("out-of-service");
  const until = form.querySelector("[data-until-field]");
  until.hidden = !isTimed;
  until.querySelector("input").required = isTimed;
  form.querySelector("[data-text-field]").hidden = isTimed;
}
for (const dialog of document.querySelectorAll("dialog")) {
  const form = dialog.querySelector("form");
  const send = form.querySelector("[type=submit]");
  send.dataset.words = send.textContent;
  form.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    if (button.dataset.path) choose(form, button);
    for (const kind of ["reason", "until"]) {
      if (button.dataset[kind] === undefined) continue;
      const field = form.elements[kind];
      field.value = kind === "until" ? clock(now() + 60 * Number(button.dataset.until)).slice(0, 5) : button.dataset.reason;
      for (const each of form.querySelectorAll(`[data-${kind}]`)) each.setAttribute("aria-pressed", String(each === button));
    }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (send.disabled) return;
    send.disabled = true;
    send.textContent = send.dataset.busy;
    await carryOut(form, dialog, send);
  });
}
async function carryOut(form, dialog, send) {
  const body = { id: order.id };
  for (const name of ["reason", "until", "text"]) {
    const field = form.elements[name];
    if (field && !field.closest("[hidden]") && field.value) body[name] = field.value;
  }
  const told = form.querySelector("[data-told]");
  const tell = (text, isGood) => { told.hidden = false; told.textContent = text; told.className = `told ${isGood ? "good" : "bad"}`; };
  const path = order.path;
  // The same name is sent again where no answer came: the gate does it once, and then says what became of it.
  for (let again = 0; again < 8; again += 1) {
    let answer;
    try { answer = await post(`/api/v1/${path}?lang=${document.documentElement.lang}`, body); } catch {
      tell(words.unreachable_trying, false);
      await new Promise((done) => setTimeout(done, 700 * (again + 1)));
      continue;
    }
    let said = {};
    try { said = await answer.json(); } catch { /* a proxy's page */ }
    if (answer.status === 202) {
      tell(said.outcome || words.under_way, true);
      await new Promise((done) => setTimeout(done, 1000));
      continue;
    }
    if (answer.ok) {
      tell(`${words.done.replace("{time}", clock(now()))} ${said.outcome || ""}`.trim(), true);
      send.hidden = true;
      form.querySelector("[data-close]").textContent = words.close;
      form.querySelector("[data-close]").focus();
      const mine = order.id;
      setTimeout(() => { if (dialog.open && order.id === mine) dialog.close(); }, 4000);
      return;
    }
    tell(said.error || words.failed.replace("{status}", answer.status), false);
    if (answer.status < 500) order.id = newId(); // what was refused may be ordered anew; what may have been done, not
    break;
  }
  send.disabled = false;
  send.textContent = send.dataset.words;
}
