// The page "Opening hours": shows beside the form what visitors will read, as it is typed, and adds and removes rows.
// Nothing here decides anything: the server reads the form in the same way when it is saved.
const form = document.querySelector("[data-hours-form]");
const preview = form.querySelector("[data-hours-preview]");
const status = form.querySelector("[data-hours-status]");
const asked = form.querySelector("[data-hours-asked]");
const answer = form.querySelector("[data-hours-answer]");
const PAUSE = 350; // milliseconds after the last key
let timer;
let turn = 0;

async function refresh() {
  const mine = ++turn;
  const data = new FormData(form);
  data.set("asked", asked.value);
  try {
    const response = await fetch(form.dataset.previewUrl, { method: "POST", body: data });
    if (!response.ok) throw new Error(response.status);
    const found = await response.json();
    if (mine !== turn) return; // typed on in the meantime
    showErrors(found.errors);
    if (found.html) show(found.html);
  } catch {
    status.textContent = form.dataset.offline || "The preview cannot be reached. You can still save.";
  }
}

function show(html) {
  preview.innerHTML = html;
  const words = preview.querySelector("[data-answer]");
  if (words) answer.textContent = words.content.textContent;
}

function showErrors(errors) {
  for (const box of form.querySelectorAll("[data-errors-for]")) {
    const messages = errors[box.dataset.errorsFor] || [];
    box.replaceChildren(...messages.map((message) => Object.assign(document.createElement("p"), { textContent: message })));
    const field = box.dataset.errorsFor && document.getElementById(box.dataset.errorsFor);
    if (!field) continue;
    field.toggleAttribute("aria-invalid", messages.length > 0);
    if (messages.length) field.setAttribute("aria-invalid", "true");
  }
  const count = Object.keys(errors).length;
  status.textContent = count ? "Something is not clear yet; it is marked in red." : "";
}

const later = () => {
  clearTimeout(timer);
  timer = setTimeout(refresh, PAUSE);
};
const changed = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

function addRow(group) {
  const total = group.querySelector('[name$="-TOTAL_FORMS"]');
  const row = group.querySelector("template").innerHTML.replaceAll("__prefix__", total.value);
  total.value = Number(total.value) + 1;
  const list = group.querySelector("[data-rows-list]");
  list.insertAdjacentHTML("beforeend", row);
  list.lastElementChild.querySelector('input:not([type="hidden"])').focus();
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("addRow" in button.dataset) addRow(button.closest("[data-rows]"));
  const field = document.getElementById(button.dataset.closeDay || button.dataset.copyDay);
  if (!field) return;
  const fields = [...field.closest(".hours-week").querySelectorAll("input")];
  field.value = button.dataset.closeDay ? "Closed" : fields[fields.indexOf(field) - 1].value;
  changed(field);
  field.focus();
});
form.addEventListener("change", (event) => {
  const row = event.target.name?.endsWith("-DELETE") && event.target.closest("[data-row]");
  if (row) row.classList.toggle("hours-removed", event.target.checked);
  const holiday = event.target.name?.endsWith("-decision") && event.target.closest(".hours-holiday");
  if (holiday) showHours(holiday);
});
form.addEventListener("input", later);
form.addEventListener("change", later);
asked.addEventListener("input", later);

function showHours(holiday) {
  holiday.querySelector(".hours-holiday__spans").hidden = holiday.querySelector("select").value !== "hours";
}
for (const holiday of form.querySelectorAll(".hours-holiday")) showHours(holiday);
// After a save that was refused: to the first field that has to be mended.
form.querySelector('[aria-invalid="true"]')?.focus();
