// The live page: its parts are replaced as the gate changes, and what is old says so; a code is found by scanning it.
import { clock, now, setClock, span, words } from "./clock.js";
import { post } from "./every.js";
import "./orders.js";
import { takesScans } from "./scans.js";

const gate = document.querySelector("meta[name=gate]").dataset;
const head = document.querySelector("[data-live-words]");

function showAges() {
  for (const each of document.querySelectorAll("[data-since]")) {
    const said = each.dataset.words.replace("{age}", span(now() - Number(each.dataset.since)));
    if (each.textContent !== said) each.textContent = said;
  }
}

// -- live, or stale and since when

const SILENT_SECONDS = 12; // the gate says something at least every 5 s
const HIDDEN_SECONDS = 20; // how often a page that nobody sees looks whether its title is still true
let heard = Date.now();
let isFollowing = false;
let lostAt = null;
let source = null;
let tries = 0;
let retry = 0;

function isLive() {
  heard = Date.now();
  isFollowing = true;
  tries = 0;
  lostAt = null;
  document.body.classList.remove("stale");
}
function isStale() {
  if (lostAt === null) lostAt = now() - (Date.now() - heard) / 1000;
  document.body.classList.add("stale");
}
function tick() {
  if (!document.hidden && lostAt === null && Math.abs(Date.now() - heard) > SILENT_SECONDS * 1000) {
    isStale();
    connectSoon();
  }
  head.textContent = lostAt === null
    ? (isFollowing ? words.live.replace("{time}", clock(now())) : head.textContent)
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
  clearTimeout(retry);
  source = new EventSource(gate.live);
  source.addEventListener("parts", (event) => take(JSON.parse(event.data)));
  source.addEventListener("beat", (event) => { setClock(JSON.parse(event.data)); isLive(); });
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
const keyOf = (each) => each.dataset.ask || each.dataset.value || each.getAttribute("href");
function take(news) {
  setClock(news);
  isLive();
  document.title = news.tab;
  for (const [name, html] of Object.entries(news.parts)) {
    const part = document.querySelector(`[data-part="${name}"]`);
    if (!part || part.dataset.html === html) continue;
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const key = focused && keyOf(focused);
    part.innerHTML = html;
    part.dataset.html = html;
    if (key) [...part.querySelectorAll("button, a")].find((each) => keyOf(each) === key)?.focus();
  }
  tick();
  if (document.hidden) leave();
}
// A browser has six connections to a gate for all its pages, and each stream keeps one: the seventh page would not load.
// So a page that nobody sees gives its own back, and only looks now and then.
function seen() {
  if (document.hidden) setTimeout(() => { if (document.hidden) leave(); }, 1000);
  else {
    if (Date.now() - heard > SILENT_SECONDS * 1000) isStale(); // until it is there again: what is shown is old
    connect();
  }
}
function leave() {
  source?.close();
  clearTimeout(retry);
  retry = setTimeout(() => { if (document.hidden) connect(); }, HIDDEN_SECONDS * 1000);
}
document.addEventListener("visibilitychange", seen);
addEventListener("online", () => { if (lostAt !== null) connect(); });
addEventListener("pagehide", () => source?.close());
connect();
setInterval(tick, 1000);

// -- find: a scanner types into the field and presses Enter

const find = document.querySelector("#find");
const found = document.querySelector("[data-found]");
let asked = 0;
find.form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = find.value.trim();
  find.value = "";
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
