// Admits from the desk: how many and what they cost; more than one are asked about once more. Ordered as everything else.
import { open } from "./orders.js";
import { isScanned, takeBack } from "./scans.js";

const HOLD_BACK = 600; // ms: whoever presses Admit twice has not confirmed what it opened
const dialog = document.querySelector("#ask-admit");
const send = dialog.querySelector("[type=submit]");
let holding = 0;

const formOf = (event) => event.target instanceof Element ? event.target.closest("[data-admit]") : null;

function tell(form) {
  const field = form.elements.persons;
  const persons = field.validity.valid ? field.valueAsNumber : 0;
  const { costs, reaches, reach, short } = form.dataset;
  form.querySelector("[data-cost]").textContent = persons ? JSON.parse(costs)[persons - 1] : "";
  const told = form.querySelector("[data-reach-told]");
  const isShort = persons > Number(reaches);
  told.textContent = isShort ? short : reach;
  told.classList.toggle("short", isShort);
  for (const button of form.querySelectorAll("[data-step]")) {
    button.disabled = Number(button.dataset.step) < 0 ? persons <= 1 : persons >= Number(field.max);
  }
}
document.addEventListener("input", (event) => { const form = formOf(event); if (form) tell(form); });
document.addEventListener("click", (event) => {
  const form = formOf(event);
  const step = form && event.target.closest("[data-step]");
  if (!step) return;
  const field = form.elements.persons;
  const persons = Math.round(field.valueAsNumber || 0) + Number(step.dataset.step);
  field.value = Math.min(Math.max(persons, 1), Number(field.max));
  tell(form);
});
// A voucher that is scanned while the cursor is in it is no number of persons, and its Enter no order.
document.addEventListener("keydown", (event) => {
  const form = formOf(event);
  if (!form || (event.key !== "Enter" && event.key !== "Tab") || !isScanned()) return;
  event.preventDefault();
  if (event.target === form.elements.persons) takeBack(event.target);
});
document.addEventListener("submit", (event) => {
  const form = formOf(event);
  if (!form) return;
  event.preventDefault();
  if (dialog.open) return;
  const persons = form.elements.persons.valueAsNumber;
  const cost = JSON.parse(form.dataset.costs)[persons - 1];
  open({ ask: "admit", code: form.elements.code.value, persons, about: `${form.dataset.about}\n${cost}` });
  clearTimeout(holding);
  if (persons === 1) {
    dialog.querySelector("form").requestSubmit();
    return;
  }
  send.textContent = `${send.dataset.words}: ${persons}`;
  send.disabled = true;
  holding = setTimeout(() => { send.disabled = false; }, HOLD_BACK);
});
