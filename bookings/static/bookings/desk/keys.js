// Keys of the desk's pages. A page includes bookings/desk/keys.html and needs nothing else but attributes:
//
//   data-key-row       on each line: j and k go from line to line. A table names its lines in one place, as a selector:
//                      {% include "bookings/desk/keys.html" with rows="table.listing tbody tr" %}
//   data-key-action    on a button, link, field or summary: the name of a key in KEYS. The key presses the first such
//                      element of the line that has the focus, else the first one on the page outside of all lines. A
//                      field gets the focus; a summary opens its details, and their first field gets the focus.
//   data-key-fallback  the same, where the page has no such action: "/" leads to the search of the list of cases.
//
// Without an attribute, Enter opens the first link of the line, and "/" goes to the page's search field.
//
// No key counts while somebody types, with Ctrl, Alt or Meta, or while a dialog is open.
//
// The script stands in the head and is no module: if "n" came before it, the letters of the note would press buttons.
"use strict";
{

const KEYS = {
  Enter: "open", "/": "search", c: "confirm", d: "done", f: "well", i: "check-in", l: "later", m: "missed", n: "note",
  o: "open-repeat", r: "reached", s: "seen", t: "take", u: "not-well", w: "wrong-number", x: "no-answer",
};
const FIELD = "input:not([type=hidden]), textarea, select";
const TYPED_IN = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, "
  + "[contenteditable]:not([contenteditable=false])";
const DIALOG = "dialog[open], [aria-modal=true]:not([aria-hidden=true]), [role=dialog]:not([aria-hidden=true])";
const PLACE = "desk-place";
const PAUSE = 1000; // milliseconds after which somebody no longer types what they began before the page was there

const findHelp = () => document.querySelector("dialog[data-keys]");
const findRow = () => ["[data-key-row]", findHelp()?.dataset.keys].filter(Boolean).join();
const SEARCH = "[role=search] input:not([type=hidden])";
const rows = () => [...document.querySelectorAll(findRow())].filter((row) => !row.closest("[inert]"));
const isShown = (element) => element.checkVisibility?.() ?? true;

function currentRow() {
  return document.activeElement?.closest(findRow());
}

function goTo(row) {
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  const at = all.indexOf(currentRow());
  const to = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
  if (all[to]) goTo(all[to]);
}

function find(action) {
  const named = (name) => `[${name}~="${action}"]:not([disabled])`;
  const row = currentRow();
  const inRow = row?.querySelector(named("data-key-action")) ?? (action === "open" && row?.querySelector("a[href]"));
  if (inRow) return inRow;
  const onPage = [...document.querySelectorAll(named("data-key-action"))].filter((one) => !one.closest(findRow()));
  const search = action === "search" ? [...document.querySelectorAll(`main ${SEARCH}, .w-slim-header ${SEARCH}`)] : [];
  return [...onPage, ...search].find(isShown) ?? document.querySelector(named("data-key-fallback"));
}

function press(element) {
  const details = element.matches("summary") && element.closest("details");
  if (details) details.open = true;
  const field = details ? details.querySelector(FIELD) : element.matches(FIELD) && element;
  if (field) field.focus();
  else element.click();
}

function isBusy(event) {
  const hasModifier = event.ctrlKey || event.altKey || event.metaKey;
  return hasModifier || event.defaultPrevented || event.isComposing || event.target.closest?.(TYPED_IN)
    || [...document.querySelectorAll(DIALOG)].some(isShown);
}

function leaveField(event) {
  const row = event.key === "Escape" && event.target.closest?.(TYPED_IN) && event.target.closest(findRow());
  if (row) goTo(row);
}

function showHelp(help) {
  for (const entry of help.querySelectorAll("[data-key]")) {
    const { key } = entry.dataset;
    entry.hidden = !document.querySelector(key === "row" || key === "open" ? findRow() : `[data-key-action~="${key}"]`);
  }
  help.showModal();
}

let typedEarly = -Infinity;

function isEarly({ timeStamp }) {
  if (document.readyState !== "loading" && timeStamp - typedEarly > PAUSE) return false;
  typedEarly = timeStamp;
  return true;
}

function onKey(event) {
  leaveField(event);
  if (isBusy(event) || isEarly(event)) return;
  const { key, target } = event;
  const help = findHelp();
  if (key === "?" && help) showHelp(help);
  else if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
  else {
    // The Enter key on a button or a link presses that one.
    const isOwn = key === "Enter" && !target.matches?.(findRow());
    const element = KEYS[key] && !event.repeat && !isOwn ? find(KEYS[key]) : null;
    if (!element) return;
    press(element);
  }
  event.preventDefault();
  event.stopImmediatePropagation();
}

// Before Wagtail: its own "?" shows the keys of its editor.
window.addEventListener("keydown", onKey, { capture: true });

// After a button of a line the page comes again. The focus then is where that line was.
document.addEventListener("submit", (event) => {
  const at = rows().indexOf(event.target.closest(findRow()));
  if (at >= 0 && document.activeElement?.closest(findRow())) {
    sessionStorage.setItem(PLACE, JSON.stringify({ path: location.pathname, at }));
  }
});
document.addEventListener("DOMContentLoaded", () => {
  const place = JSON.parse(sessionStorage.getItem(PLACE) ?? "{}");
  sessionStorage.removeItem(PLACE);
  if (place.path === location.pathname) {
    const all = rows();
    const row = all[Math.min(place.at, all.length - 1)];
    if (row) goTo(row);
  }

  // "/" on another page leads to the list, and there to its search field.
  if (location.hash === "#search") {
    history.replaceState(history.state, "", location.pathname + location.search);
    find("search")?.focus();
  }
});

}
