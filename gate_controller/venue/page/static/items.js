// The list of open items: each has its place, is put there when it comes or changes, and goes when it is seen to.
import { follow, showParts } from "/static/following.js";
import "/static/orders.js";

const page = document.querySelector("meta[name=gate]").dataset;
const list = document.querySelector("[data-items]");
const read = document.createElement("template");
const keyOf = (each) => each.dataset.ask || each.getAttribute("href");

function made(html) {
  read.innerHTML = html;
  return read.content.firstElementChild;
}
follow(() => page.live, { items(news) {
  document.title = news.tab;
  showParts(news.parts);
  list.closest("section").classList.toggle("need", news.order.length > 0);
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const held = focused && { key: focused.closest("[data-key]").dataset.key, on: keyOf(focused) };
  const known = new Map([...list.children].map((each) => [each.dataset.key, each]));
  const wanted = news.order.map((key) => {
    const old = known.get(key);
    const html = news.rows[key];
    // One that is as it was stays the very same: a finger that is on its way to a button meets that button.
    return html === undefined || old?.outerHTML === html ? old : made(html);
  }).filter(Boolean);
  let place = list.firstElementChild;
  for (const each of wanted) {
    if (each === place) place = place.nextElementSibling;
    else list.insertBefore(each, place);
  }
  const stays = new Set(wanted);
  for (const each of [...list.children]) if (!stays.has(each)) each.remove();
  if (!held || document.activeElement === focused) return;
  const row = wanted.find((each) => each.dataset.key === held.key);
  if (row) [...row.querySelectorAll("button, a")].find((each) => keyOf(each) === held.on)?.focus({ preventScroll: true });
} });
