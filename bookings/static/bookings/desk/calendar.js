// Drags visits on the calendar of the front desk, and moves between its places with the arrow keys. A dropped visit
// fills a form and sends it as a click would. Without this script a visit is moved with its "Move" link.
const table = document.querySelector("[data-calendar]");
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

function press(event) {
  const block = event.target.closest("[data-move]");
  const isHandle = event.target.closest("[data-handle]");
  if (!block || event.button || event.target.closest("button") || (event.pointerType !== "mouse" && !isHandle)) return;
  const row = rows.indexOf(block.closest("tr"));
  drag = { block, x: event.clientX, y: event.clientY, row, column: columnAt(event.clientX), id: event.pointerId };
  drag.below = Math.max(0, rowAt(event.clientY) - row);
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
  drag.toRow = Math.max(0, rowAt(event.clientY) - drag.below);
  drag.toColumn = columnAt(event.clientX);
  target.hidden = drag.toColumn < 0;
  if (target.hidden) return;
  const column = columns[drag.toColumn].getBoundingClientRect();
  target.textContent = `${rows[drag.toRow].cells[0].firstChild.textContent.trim()} · ${columns[drag.toColumn].firstChild.textContent.trim()}`;
  target.style.insetInlineStart = `${column.left - frame.left + scroller.scrollLeft}px`;
  target.style.top = `${rows[drag.toRow].getBoundingClientRect().top - frame.top + scroller.scrollTop}px`;
  target.style.width = `${column.width}px`;
  target.style.minHeight = `${drag.block.closest("td").offsetHeight}px`;
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
  const { block, moves, row, column, toRow, toColumn } = drag;
  stop();
  if (!moves) return;
  // The press may have begun on a link, which must not be followed.
  addEventListener("click", preventDefault, { capture: true });
  setTimeout(() => removeEventListener("click", preventDefault, { capture: true }));
  if (toColumn < 0 || (toRow === row && toColumn === column)) return;
  form.action = block.dataset.move;
  form.elements.expected_version.value = block.dataset.version;
  form.elements.at.value = rows[toRow].dataset.at;
  form.querySelector("[data-calendar-resource]").value = columns[toColumn].dataset.resource;
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
if (table && form) {
  table.addEventListener("pointerdown", press);
  table.addEventListener("dragstart", preventDefault);
  addEventListener("pointermove", follow);
  addEventListener("pointerup", drop);
  addEventListener("pointercancel", stop);
  addEventListener("keydown", (event) => event.key === "Escape" && drag && stop());
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
