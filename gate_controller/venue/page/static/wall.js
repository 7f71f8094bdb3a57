// The wall: tiles come as they change, as many in a frame as it has time for, and stand where they belong.
import "/static/finding.js";
import { follow, showParts, tick } from "/static/following.js";
import "/static/orders.js";

const FRAME_MS = 10; // of one frame: whoever scrolls or types meanwhile notices nothing
const CALM = 900_000; // ranks from here on need nobody

const page = document.querySelector("meta[name=gate]").dataset;
const groups = document.querySelector("[data-groups]");
const needing = document.querySelector('[data-section="!"]');
const tiles = new Map();
for (const tile of document.querySelectorAll(".tile")) tiles.set(tile.dataset.gate, tile);

// -- where a tile belongs

const rankOf = (tile) => Number(tile.dataset.rank);
function sectionOf(tile) {
  if (rankOf(tile) < CALM) return needing;
  const name = `=${tile.dataset.group}`;
  const found = [...groups.children].find((each) => each.dataset.section === name);
  if (found) return found;
  const made = document.querySelector("[data-new-group]").content.firstElementChild.cloneNode(true);
  made.dataset.section = name;
  const number = document.createElement("span");
  number.dataset.number = "";
  made.querySelector("h2").append(`${tile.dataset.group || ""} (`, number, ")");
  groups.append(made);
  return made;
}
function insert(tile) {
  const section = sectionOf(tile);
  section.hidden = false; // what is hidden takes no focus
  const list = section.querySelector(".tiles");
  const rank = rankOf(tile);
  let low = 0, high = list.children.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rankOf(list.children[middle]) < rank) low = middle + 1;
    else high = middle;
  }
  list.insertBefore(tile, list.children[low] || null);
}
function put(tile) {
  const old = tiles.get(tile.dataset.gate);
  const isFocused = old?.contains(document.activeElement);
  tiles.set(tile.dataset.gate, tile);
  match(tile);
  if (old && old.dataset.rank === tile.dataset.rank && old.dataset.group === tile.dataset.group) old.replaceWith(tile);
  else {
    old?.remove();
    insert(tile);
  }
  if (isFocused) tile.querySelector("a").focus({ preventScroll: true });
}
function count() {
  for (const section of [needing, ...groups.children]) {
    const number = section.querySelector(".tiles").children.length;
    const told = section.querySelector("[data-number]");
    if (told.textContent !== String(number)) told.textContent = number;
    section.hidden = number === 0;
  }
}

// -- news: many at once are put there frame by frame, the newest of each gate

const waiting = new Map();
const read = document.createElement("template");
let isPutting = false;
function later(news) {
  for (const [gate, html] of Object.entries(news)) waiting.set(gate, html);
  if (!isPutting && waiting.size) {
    isPutting = true;
    putSome();
  }
}
function putSome() {
  const until = performance.now() + FRAME_MS;
  for (const [gate, html] of waiting) {
    waiting.delete(gate);
    read.innerHTML = html;
    put(read.content.firstElementChild);
    if (performance.now() > until) break;
  }
  count();
  isPutting = waiting.size > 0;
  // A page that nobody sees has no frames, and what it shows is to be true all the same.
  if (isPutting) (document.hidden ? setTimeout : requestAnimationFrame)(putSome);
}
// Whoever listens to the page hears how the house is when that is another, and not each figure of it.
const said = document.querySelector("[data-house-said]");
function say() {
  const words = [...document.querySelectorAll("#now, #now ~ .lane")].map((each) => each.textContent).join(". ");
  if (said.textContent !== words) said.textContent = words;
}
let since = page.live;
follow(() => since, { house(news, event) {
  since = page.live.replace(/since=[^&]*/, `since=${event.lastEventId}`);
  document.title = news.tab;
  showParts(news.parts);
  say();
  const gone = new Set(news.gone);
  if (news.all) { // another run of the house: what it does not name is not there any more
    const named = new Set(news.names);
    for (const gate of tiles.keys()) if (!named.has(gate)) gone.add(gate);
  }
  for (const gate of gone) {
    waiting.delete(gate);
    tiles.get(gate)?.remove();
    tiles.delete(gate);
  }
  later(news.tiles);
  count();
} });

// -- what is typed leaves the gates of that name

const find = document.querySelector("#find");
const matching = document.querySelector("[data-matching]");
let wanted = "";
function match(tile) { tile.hidden = wanted !== "" && !tile.dataset.find.includes(wanted); }
find.addEventListener("input", () => {
  wanted = find.value.trim().toLowerCase();
  let number = 0;
  for (const tile of tiles.values()) {
    match(tile);
    if (!tile.hidden) number += 1;
  }
  if (wanted !== "" && number === 0) for (const tile of tiles.values()) tile.hidden = false; // a code, not a name
  matching.hidden = wanted === "" || number === 0;
  matching.textContent = matching.dataset.words.replace("{n}", number);
});
tick();
