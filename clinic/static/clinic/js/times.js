// A time can be chosen without this script. It keeps the choice to one, shows other days without a new page, and adds
// what a time is on the visitor's own clock, also on the pages that follow.
const form = document.getElementById("times")?.closest("form");
const getTimes = () => document.getElementById("times");
const getRadios = () => [...form.querySelectorAll('#times [type="radio"]')];
const status = document.createElement("p");

function choose(chosen) {
  for (const radio of getRadios()) radio.checked = radio === chosen;
}

// The visitor's own time

const LANGUAGE = document.documentElement.lang;
const dayAndTime = { dateStyle: "short", timeStyle: "short" };
const clock = new Intl.DateTimeFormat(LANGUAGE, { hour: "numeric", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(LANGUAGE, { weekday: "short" });
// "7:00 PM" becomes "7 pm", as on the rest of the page.
const formatTime = (at) => clock.format(at).replace(/(:00)?\s([AP])M$/, (_all, _zeros, half) => ` ${half.toLowerCase()}m`);

// Making one takes longer than all else here, and a page has hundreds of times.
const clocks = {};
const readClock = (timeZone) => (clocks[timeZone] ??= new Intl.DateTimeFormat("en", { ...dayAndTime, timeZone }));

// An empty text says that the visitor's clock shows the clinic's time.
function describeOwnTime(at, { zone: timeZone, yourTime }) {
  // Zones with different names may have the same time at one instant and not at another.
  const [there, here] = [readClock(timeZone), readClock()];
  if (there.format(at) === here.format(at)) return "";
  const isOtherDay = there.format(at).split(",")[0] !== here.format(at).split(",")[0];
  return yourTime.replace("{time}", (isOtherDay ? `${weekday.format(at)} ` : "") + formatTime(at));
}

// A closed day gets its own when it opens: all at once would keep a slow phone busy before it shows the page.
function addOwnTimes() {
  for (const radio of getRadios()) {
    if (radio.closest("details:not([open])") || radio.labels[0].querySelector("small")) continue;
    const own = document.createElement("small");
    own.textContent = radio.value && describeOwnTime(new Date(radio.value), getTimes().dataset);
    if (own.textContent) radio.labels[0].append(" ", own);
  }
}

for (const note of document.querySelectorAll("[data-at]")) {
  note.append(" ", describeOwnTime(new Date(note.dataset.at), note.dataset));
}

// Other days

async function showOtherDays(link) {
  const body = new FormData(form);
  body.set(link.dataset.days, new URL(link.href).searchParams.get("days_from"));
  try {
    // What was typed goes along in the body, and the answer has the choice that was made on these days.
    const answer = await fetch(form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const times = page.getElementById("times");
    for (const unused of times.querySelectorAll("noscript")) unused.remove();
    getTimes().replaceWith(times);
    form.elements.days_from.value = page.querySelector("[name=days_from]").value;
    addOwnTimes();
    status.className = "visually-hidden";
    status.textContent = times.dataset.shown;
    times.querySelector("details > summary").focus();
  } catch {
    status.className = "field__error";
    status.textContent = getTimes().dataset.failed;
    getTimes().after(status);
  }
}

if (form) {
  status.role = "status";
  status.className = "visually-hidden";
  getTimes().after(status);
  addOwnTimes();
  form.addEventListener("toggle", addOwnTimes, true); // this event does not bubble
  form.addEventListener("change", (event) => {
    if (!event.target.matches('#times [type="radio"]')) return;
    choose(event.target);
    history.replaceState({ start: event.target.value }, "");
  });
  form.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-days]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    showOtherDays(link);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted || performance.getEntriesByType("navigation")[0]?.type === "navigate") return;
    // Browsers restore radio buttons by their position, but the list has changed: another time would be chosen. The
    // server's choice comes first, then the one that was made here, if it is still free.
    const radios = getRadios();
    const own = radios.find((radio) => radio.value === history.state?.start);
    choose(radios.find((radio) => radio.defaultChecked) ?? own);
  });
}
