// Orders: asked once, sent with a name of their own, and told what really happened.
import { clock, now, words } from "./clock.js";
import { newId, post } from "./every.js";
import { isScanned, takeBack } from "./scans.js";

let order = null;
// Of a house: to one gate, a group or all of them, as the button says.
const pathOf = (path, what) => path.replace("{incident}", what.incident || "").replace("{to}", what.to || "");
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-ask]") : null;
  if (button) open(button.dataset);
});
export function open(what) {
  const dialog = document.querySelector(`#ask-${what.ask}`);
  if (!dialog) return;
  const form = dialog.querySelector("form");
  form.reset();
  order = { id: newId(), to: what.to, path: pathOf(form.dataset.do, what), code: what.code, persons: what.persons, ticket: what.ticket };
  const about = form.querySelector("[data-about]");
  about.hidden = !what.about;
  about.textContent = what.about || "";
  const told = form.querySelector("[data-told]");
  told.hidden = true;
  told.textContent = "";
  const send = form.querySelector("[type=submit]");
  send.disabled = false;
  send.hidden = false;
  send.textContent = send.dataset.words || send.textContent;
  const close = form.querySelector("[data-close]");
  close.textContent = words.cancel;
  close.hidden = false;
  form.elements.amount?.setCustomValidity("");
  const first = form.querySelector("[data-path]");
  if (first) choose(form, first);
  for (const each of form.querySelectorAll("[data-reason], [data-until]")) each.setAttribute("aria-pressed", "false");
  dialog.showModal();
}
function choose(form, chosen) {
  for (const each of form.querySelectorAll("[data-path]")) each.setAttribute("aria-pressed", String(each === chosen));
  order.path = pathOf(chosen.dataset.path, order);
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
  const close = form.querySelector("[data-close]");
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("cancel", (event) => { if (close.hidden) event.preventDefault(); });
  dialog.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    if (button.dataset.path) choose(form, button);
    for (const kind of ["reason", "until"]) {
      if (button.dataset[kind] === undefined) continue;
      const field = form.elements[kind];
      field.value = kind === "until" ? clock(now() + 60 * Number(button.dataset.until)).slice(0, 5) : button.dataset.reason;
      // Sent as a span: in the night in which clocks change, the time that is shown may come twice, or not at all.
      if (kind === "until") order.span = { shown: field.value, minutes: button.dataset.until };
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
  const amount = form.elements.amount;
  amount?.addEventListener("input", () => {
    const cents = amount.value ? centsIn(amount.value) : 0;
    amount.setCustomValidity(cents > 0 || !amount.value ? "" : words.amount);
    // What will be moved stands on the button: a slip of the finger is seen before it is pressed.
    send.textContent = cents > 0 ? `${send.dataset.words}: ${(cents / 100).toFixed(2)}` : send.dataset.words;
  });
  // A voucher that somebody holds under the scanner meanwhile is no reason, and its Enter no order.
  form.addEventListener("keydown", (event) => {
    if ((event.key !== "Enter" && event.key !== "Tab") || !isScanned()) return;
    event.preventDefault();
    const field = event.target;
    if (field instanceof HTMLInputElement && field.type === "text") takeBack(field);
  });
}
const unanswered = new Map(); // money that may be on its way: ordered once more in other words, it is the same order
async function carryOut(form, dialog, send) {
  const mine = order; // whoever closes the dialog and opens it again has another: that one is told nothing of this
  const body = { id: mine.id };
  for (const name of ["reason", "until", "text"]) {
    const field = form.elements[name];
    if (field && !field.closest("[hidden]") && field.value) body[name] = field.value;
  }
  if (mine.code) body.code = mine.code;
  if (mine.persons) body.persons = mine.persons;
  if (mine.ticket) body.ticket_number = mine.ticket;
  if (form.elements.inside) body.inside = Number(form.elements.inside.value);
  if (form.elements.payment_id?.value) body.payment_id = form.elements.payment_id.value;
  if (form.elements.amount?.value) body[form.elements.amount.dataset.as] = centsIn(form.elements.amount.value);
  if (body.until && body.until === mine.span?.shown) body.until = `${mine.span.minutes}min`;
  const isErrand = Boolean(mine.code || mine.ticket) || mine.path.endsWith("/void");
  const key = JSON.stringify([mine.path, { ...body, id: "" }]);
  if (isErrand) {
    body.id = mine.id = unanswered.get(key) || mine.id;
    unanswered.set(key, mine.id);
  }
  const told = form.querySelector("[data-told]");
  const close = form.querySelector("[data-close]");
  close.hidden = Boolean(mine.persons); // until the gate is known to have it: what becomes of it is to be read
  const tell = (text, isGood, incident) => {
    if (order !== mine) return;
    told.hidden = false;
    told.textContent = text;
    told.className = `told ${isGood ? "good" : "bad"}`;
    if (!incident) return;
    const story = document.createElement("a");
    story.href = `/attempts/${incident}`;
    story.textContent = words.story;
    told.append(" ", story);
  };
  // The same name is sent again where no answer came: the gate does it once, and then says what became of it.
  for (let again = 0, waited = 0; again < 8 && (mine.persons || waited < 30);) {
    let answer;
    try { answer = await post(`/api/v1/${mine.path}?lang=${document.documentElement.lang}`, body); } catch {
      tell(words.unreachable_trying, false);
      again += 1;
      await new Promise((done) => setTimeout(done, 700 * again));
      continue;
    }
    let said = {};
    try { said = await answer.json(); } catch { /* a proxy's page */ }
    const incident = said.errand?.incident || said.incident;
    if (answer.status < 500 && (answer.status !== 202 || said.outcome)) unanswered.delete(key);
    if (said.outcome === "unknown" || said.outcome === "partly") { // what may have been done is not ordered again
      tell(said.happened, false, incident);
      if (order === mine) isOver(form, dialog, send);
      return;
    }
    if (answer.status === 202) {
      waited += 1;
      tell(said.happened || words.under_way, true);
      if (order === mine && mine.persons) { // a coach takes minutes: the desk may look at something else meanwhile
        close.hidden = false;
        close.textContent = words.close;
      }
      await new Promise((done) => setTimeout(done, 1000));
      continue;
    }
    if (said.outcome === "refused") {
      tell(said.happened, false, incident);
      if (mine.persons) { // some of them may be in
        if (order === mine) isOver(form, dialog, send);
        return;
      }
      mine.id = newId();
      document.dispatchEvent(new CustomEvent("ordered")); // what the page shows is older than E-GUMA's no
      break;
    }
    if (answer.ok) {
      if (said.outcome === "done") {
        tell(said.happened, true, incident);
        if (order === mine) isOver(form, dialog, send); // it stays until it has been read
        return;
      }
      tell(`${words.done.replace("{time}", clock(now()))} ${said.happened || ""}`.trim(), true);
      if (order === mine) isDone(form, dialog, send, mine);
      return;
    }
    tell(said.error || words.failed.replace("{status}", answer.status), false);
    if (answer.status < 500) mine.id = newId(); // what was refused may be ordered anew; what may have been done, not
    break;
  }
  if (order !== mine) return;
  close.hidden = false;
  send.disabled = false;
  send.textContent = send.dataset.words;
}
// An amount as people write it (25, 25.50, 25.-, 1'000.00) in whole cents; NaN for anything else.
function centsIn(text) {
  const found = /^(\d{1,7})(?:[.,](?:(\d{1,2})|[-–—]{1,2})?)?$/.exec(text.replace(/['’\s]/g, ""));
  return found ? 100 * Number(found[1]) + Number((found[2] || "").padEnd(2, "0")) : Number.NaN;
}
function isDone(form, dialog, send, mine) {
  isOver(form, dialog, send);
  setTimeout(() => { if (dialog.open && order === mine) dialog.close(); }, 4000);
}
function isOver(form, dialog, send) {
  const close = form.querySelector("[data-close]");
  send.hidden = true;
  close.hidden = false;
  close.textContent = words.close;
  if (order.persons && !dialog.open) dialog.showModal(); // it went on while somebody looked at something else
  close.focus();
  dialog.addEventListener("close", () => {
    document.dispatchEvent(new CustomEvent("ordered"));
    // A page that does not follow the gate is as it was before.
    const page = document.querySelector("meta[name=gate]").dataset;
    if (page.live === undefined && page.stays === undefined) location.reload();
  }, { once: true });
}

// -- a whole voucher code, on request

for (const button of document.querySelectorAll("[data-whole]")) {
  button.addEventListener("click", async () => {
    const answer = await fetch(`/api/v1/attempts/${button.dataset.whole}?full=1`, { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) return;
    const told = await answer.json();
    document.querySelector("[data-voucher]").textContent = told.voucher_code || told.ticket_number;
    button.hidden = true;
  });
}

// The way back keeps the place in the list.
document.querySelector("[data-back]")?.addEventListener("click", (event) => {
  if (document.referrer.startsWith(location.origin) && history.length > 1) {
    event.preventDefault();
    history.back();
  }
});
