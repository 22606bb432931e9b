// Drags visits on the calendar of the front desk, and moves between its places with the arrow keys. A dropped visit
// fills a form and sends it as a click would. Without this script a visit is moved with its "Move" link.
const table = document.querySelector("[data-calendar]");
const week = document.querySelector("[data-week]");
const form = document.querySelector("[data-calendar-form]");
const target = document.querySelector("[data-calendar-target]");
const FAR = 6; // pixels from which on a press is a drag
const EDGE = 50; // pixels from an edge within which what is dragged scrolls along
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

const rows = table ? [...table.tBodies[0].rows] : [];
const columns = table ? [...table.tHead.rows[0].cells].slice(1) : [];
const preventDefault = (event) => event.preventDefault();
let drag;

const rowAt = (y) => rows.findLastIndex((row) => row.getBoundingClientRect().top <= y);

function columnAt(x) {
  return columns.findIndex((column) => {
    const box = column.getBoundingClientRect();
    return box.left <= x && x < box.right && "resource" in column.dataset;
  });
}

// The place of a day under the pointer: a quarter hour of a column.
function findTime({ clientX, clientY }) {
  const column = columns[columnAt(clientX)];
  const row = rows[Math.max(0, rowAt(clientY) - drag.below)];
  if (!column || !row) return null;
  const { left, width } = column.getBoundingClientRect();
  const { top } = row.getBoundingClientRect();
  const text = `${row.cells[0].firstChild.textContent.trim()} · ${column.firstChild.textContent.trim()}`;
  const fields = { at: row.dataset.at, resource: column.dataset.resource };
  return { left, top, width, height: drag.block.closest("td").offsetHeight, text, fields };
}

// The place of a week under the pointer: a day of a room. The visit keeps its time of day.
function findDay({ clientX, clientY }) {
  const cell = document.elementFromPoint(clientX, clientY)?.closest("[data-week] td");
  const row = cell?.parentElement;
  if (!row || !("resource" in row.dataset)) return null;
  const { left, top, width, height } = cell.getBoundingClientRect();
  const day = week.tHead.rows[0].cells[cell.cellIndex];
  const words = [drag.block.querySelector("[data-span]"), day.firstElementChild, row.cells[0]];
  const text = words.map((part) => part.textContent.trim()).join(" · ");
  const fields = { start: `${day.dataset.day}T${drag.block.dataset.clock}`, resource: row.dataset.resource };
  return { left, top, width, height, text, fields };
}

const findPlace = week ? findDay : findTime;

function press(event) {
  const block = event.target.closest("[data-move]");
  const isHandle = event.target.closest("[data-handle]");
  if (!block || event.button || event.target.closest("button") || (event.pointerType !== "mouse" && !isHandle)) return;
  drag = { block, x: event.clientX, y: event.clientY, id: event.pointerId };
  drag.below = Math.max(0, rowAt(event.clientY) - rows.indexOf(block.closest("tr")));
  drag.from = findPlace(event);
  if (isHandle) event.preventDefault();
}

function follow(event) {
  if (!drag || event.pointerId !== drag.id) return;
  if (!drag.moves && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR) return;
  drag.moves = true;
  drag.block.classList.add("calendar-dragging");
  for (let around = target.parentElement; around; around = around.parentElement) scrollNear(around, event);
  const scroller = target.parentElement;
  const frame = scroller.getBoundingClientRect();
  const place = findPlace(event);
  drag.to = place;
  target.hidden = !place;
  if (!place) return;
  target.textContent = place.text;
  target.style.insetInlineStart = `${place.left - frame.left + scroller.scrollLeft}px`;
  target.style.top = `${place.top - frame.top + scroller.scrollTop}px`;
  target.style.width = `${place.width}px`;
  target.style.minHeight = `${place.height}px`;
}

function scrollNear(element, { clientX, clientY }) {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  if (clientY < Math.max(top, 0) + EDGE) element.scrollTop -= EDGE / 4;
  if (clientY > Math.min(bottom, innerHeight) - EDGE) element.scrollTop += EDGE / 4;
  if (clientX < Math.max(left, 0) + EDGE) element.scrollLeft -= EDGE / 4;
  if (clientX > Math.min(right, innerWidth) - EDGE) element.scrollLeft += EDGE / 4;
}

function stop() {
  drag?.block.classList.remove("calendar-dragging");
  target.hidden = true;
  drag = undefined;
}

function drop(event) {
  if (!drag || event.pointerId !== drag.id) return;
  const { block, moves, from, to } = drag;
  stop();
  if (!moves) return;
  // The press may have begun on a link, which must not be followed.
  addEventListener("click", preventDefault, { capture: true });
  setTimeout(() => removeEventListener("click", preventDefault, { capture: true }));
  if (!to || to.text === from?.text) return;
  const { resource, ...fields } = to.fields;
  form.action = block.dataset.move;
  form.querySelector("[data-calendar-resource]").value = resource;
  for (const [name, value] of Object.entries({ ...fields, expected_version: block.dataset.version })) {
    form.elements[name].value = value;
  }
  form.requestSubmit();
}

// Each quarter hour of each column, also where a cell covers several of them.
function layOut() {
  const cells = rows.map(() => []);
  rows.forEach((row, number) => {
    for (const cell of row.querySelectorAll("td")) {
      let column = 0;
      while (cells[number][column]) column += 1;
      for (let covered = 0; covered < cell.rowSpan; covered += 1) cells[number + covered][column] = cell;
    }
  });
  return cells;
}

function setUpArrows() {
  const cells = layOut();
  const places = [...table.querySelectorAll(".calendar-free")];
  const choose = (place) => places.forEach((other) => (other.tabIndex = other === place ? 0 : -1));
  if (places.length) choose(places[0]);
  table.addEventListener("focusin", ({ target: place }) => place.matches(".calendar-free") && choose(place));
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td");
    const step = ARROWS[event.key];
    if (!cell || !step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    let row = rows.indexOf(cell.parentElement);
    let column = cells[row].indexOf(cell);
    if (step[0] > 0) row += cell.rowSpan - 1;
    for (;;) {
      row += step[0];
      column += step[1];
      const next = cells[row]?.[column];
      if (!next) return;
      const place = next === cell ? null : next.querySelector("a, button");
      if (place) {
        event.preventDefault();
        place.focus();
        return;
      }
    }
  });
}

// This quarter hour of the day, and today's column of the week, come into sight where the grid itself scrolls.
function showNow() {
  const scroller = document.querySelector(".calendar-scroll");
  const row = document.querySelector(".calendar-now");
  const today = document.querySelector(".calendar-week__today");
  if (row && !location.hash) scroller.scrollTop = row.offsetTop - scroller.clientHeight / 3;
  if (today) scroller.scrollLeft = today.offsetLeft - scroller.clientWidth / 2;
}

showNow();
if (table) setUpArrows();
const board = week ?? table;
if (board && form) {
  board.addEventListener("pointerdown", press);
  board.addEventListener("dragstart", preventDefault);
  addEventListener("pointermove", follow);
  addEventListener("pointerup", drop);
  addEventListener("pointercancel", stop);
  addEventListener("keydown", (event) => event.key === "Escape" && drag && stop());
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
