// The form of the opening hours: shows beside it what visitors will read, as it is typed.
// Nothing here decides anything: the server reads the form in the same way when it is saved.
const page = document.querySelector("[data-hours]");
const form = page.closest("form");
const preview = page.querySelector("[data-hours-preview]");
const status = page.querySelector("[data-hours-status]");
const asked = page.querySelector("[data-hours-asked]");
const answer = page.querySelector("[data-hours-answer]");
const PAUSE = 350; // milliseconds after the last key
const WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
let timer;
let turn = 0;

async function refresh() {
  const mine = ++turn;
  const data = new FormData(form);
  data.set("asked", asked.value);
  try {
    const response = await fetch("?preview", { method: "POST", body: data });
    if (!response.ok) throw new Error(response.status);
    const found = await response.json();
    if (mine !== turn) return; // typed on in the meantime
    showErrors(found.errors);
    if (!found.html) return;
    preview.innerHTML = found.html;
    const words = preview.querySelector("[data-answer]");
    if (words) answer.textContent = words.content.textContent;
  } catch {
    status.textContent = "The preview cannot be shown right now. You can still save.";
  }
}

function showErrors(errors) {
  for (const field of form.querySelectorAll("[data-field] :is(input, select)")) {
    const messages = errors[field.id] || [];
    const line = Object.assign(document.createElement("p"), { className: "error-message", textContent: messages.join(" ") });
    field.closest("[data-field]").querySelector("[data-field-errors]").replaceChildren(...(messages.length ? [line] : []));
    if (messages.length) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  const whole = (errors[""] || []).join(" ");
  status.textContent = Object.keys(errors).length ? `Something is not clear yet. It is marked in red. ${whole}` : "";
}

const later = () => {
  clearTimeout(timer);
  timer = setTimeout(refresh, PAUSE);
};
form.addEventListener("input", later);
form.addEventListener("change", later);
asked.addEventListener("input", later);

// "Closed" and "As above" beside each day of the usual week.
function addButton(field, label, name, value) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
  button.className = "button button-small button-secondary";
  button.setAttribute("aria-label", name);
  button.addEventListener("click", () => {
    field.value = value();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
  field.after(button);
}
WEEK.forEach((day, place) => {
  const field = document.getElementById(`id_${day}`);
  const name = day[0].toUpperCase() + day.slice(1);
  if (place) {
    const above = document.getElementById(`id_${WEEK[place - 1]}`);
    addButton(field, "As above", `${name} like the day before`, () => above.value);
  }
  addButton(field, "Closed", `Closed on ${name}`, () => "Closed");
  field.parentElement.classList.add("hours-day");
});

// A new season starts from the usual week as it is typed above.
document.addEventListener("w-formset:added", ({ target }) => {
  if (!target.closest("#id_seasons-FORMS")) return;
  for (const day of WEEK) target.querySelector(`[name$="-${day}"]`).value = document.getElementById(`id_${day}`).value;
  later();
});

// The hours of a public holiday are hidden unless they are asked for.
for (const holiday of form.querySelectorAll("[data-holiday]")) {
  const choice = holiday.querySelector("select");
  const show = () => { holiday.querySelector("[data-holiday-hours]").hidden = choice.value !== "hours"; };
  choice.addEventListener("change", show);
  show();
}

// Special days that are over are folded, unless they have an error.
addEventListener("load", () => {
  for (const row of form.querySelectorAll("#id_special_hours-FORMS > [data-inline-panel-child]")) {
    const [first, last] = [...row.querySelectorAll('input[name$="_day"]')].map((field) => field.value);
    const isOver = first && (last || first) < page.dataset.today;
    if (isOver && !row.querySelector(".error-message")) row.querySelector("[data-panel-toggle]").click();
  }
  form.querySelector('[aria-invalid="true"]')?.focus();
});
