// Follows what a page shows by its stream, and says how old it is: live with the gate's time, or stale and since when.
import { clock, now, setClock, span, words } from "./clock.js";

const SILENT_SECONDS = 12; // something is said at least every 5 s
const HIDDEN_SECONDS = 20; // how often a page that nobody sees looks whether its title is still true

const head = document.querySelector("[data-live-words]");
let heard = Date.now();
let isFollowing = false;
let lostAt = null;
let source = null;
let tries = 0;
let retry = 0;
let address = () => "";
let takers = {};

function showAges() {
  for (const each of document.querySelectorAll("[data-since]")) {
    const since = Number(each.dataset.since);
    const said = each.dataset.words.replace("{age}", span(now() - since));
    if (each.textContent !== said) each.textContent = said;
  }
}
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
export function tick() {
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
  source = new EventSource(address());
  for (const [name, take] of Object.entries(takers)) {
    source.addEventListener(name, (event) => {
      const news = JSON.parse(event.data);
      setClock(news);
      isLive();
      take(news, event);
      tick();
      if (document.hidden) leave();
    });
  }
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
// Shows parts of the page as they are now; who is on a button of one stays on it.
export function showParts(parts) {
  for (const [name, html] of Object.entries(parts)) {
    const part = document.querySelector(`[data-part="${name}"]`);
    if (!part || part.dataset.html === html) continue;
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const key = focused && keyOf(focused);
    part.innerHTML = html;
    part.dataset.html = html;
    if (key) [...part.querySelectorAll("button, a")].find((each) => keyOf(each) === key)?.focus();
  }
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
// Follows from here on: `where` says by which address, `by` what is done with each kind of news.
export function follow(where, by) {
  address = where;
  takers = by;
  document.addEventListener("visibilitychange", seen);
  addEventListener("online", () => { if (lostAt !== null) connect(); });
  addEventListener("pagehide", () => source?.close());
  connect();
  setInterval(tick, 1000);
}
