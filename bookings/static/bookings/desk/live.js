// Keep an open page of the desk up to date, and say who else is on it. Nothing that is typed or has the focus is
// replaced: while somebody is at work in the list, lines change in their places, and new ones wait for a button.

const ASK_EVERY = 20_000;
const REPORT_EVERY = 25_000;
const LINE = "[data-token]";

const list = document.querySelector("[data-today]");
const news = document.querySelector("[data-today-news]");
const gone = document.querySelector("[data-today-gone]");
const presence = document.querySelector("[data-presence]");
const title = document.title;
const headers = { "X-Requested-With": "XMLHttpRequest" };

const lines = (root) => [...root.querySelectorAll(LINE)];
const isTyped = (line) => [...line.querySelectorAll("textarea, input:not([type=hidden])")].some((one) => one.value.trim());
const isTouched = (line) => line.contains(document.activeElement) || isTyped(line);
const isAtWork = () => list.matches(":hover, :focus-within") || lines(list).some(isTyped);
const isChanged = (line, now) => now.dataset.token !== line.dataset.token || now.textContent !== line.textContent; // its age
const count = (text, number) => text.replace("%n", number);

let etag = list?.dataset.etag;
let fresh = null;

function say(number, isWaiting) {
  news.replaceChildren();
  document.title = number ? `(${number}) ${title}` : title;
  if (!number) return;
  if (!isWaiting) {
    news.textContent = count(news.dataset.textNew, number);
    return;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-small";
  button.textContent = count(news.dataset.textShow, number);
  button.addEventListener("click", () => showAll(true));
  news.append(button);
}

function findNew() {
  const known = new Set(lines(list).map((line) => line.id));
  return lines(fresh).filter((line) => !known.has(line.id));
}

function markGone(line) {
  if (line.classList.contains("today-line--gone")) return;
  line.classList.add("today-line--gone");
  if (isTyped(line)) line.append(gone.content.cloneNode(true));
}

// Change the lines in their places. New ones wait.
function update() {
  for (const line of lines(list)) {
    const now = fresh.querySelector(`#${line.id}`);
    if (!now) markGone(line);
    else if (isChanged(line, now) && !isTouched(line)) line.replaceWith(now.cloneNode(true));
  }
  say(findNew().length, true);
}

// Take the whole list anew, but for lines that somebody is at work in.
function showAll(isAsked) {
  const added = findNew();
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  for (const line of lines(list).filter(isTouched)) {
    const now = fresh.querySelector(`#${line.id}`);
    if (now) {
      now.replaceWith(line);
    } else {
      markGone(line);
      const kept = document.createElement("ol");
      kept.className = "today__lines";
      kept.append(line);
      fresh.prepend(kept);
    }
  }
  list.replaceChildren(...fresh.childNodes);
  focused?.focus();
  for (const line of added) line.classList.add("today-line--new");
  say(added.length, false);
  if (isAsked && added.length) added[0].focus();
}

async function ask() {
  if (document.hidden) return;
  let response;
  try {
    response = await fetch(list.dataset.today, { headers: { ...headers, "If-None-Match": `"${etag}"` }, cache: "no-store" });
  } catch {
    return; // Not connected at the moment.
  }
  if (response.status === 304) return;
  if (!response.ok || response.redirected) {
    news.textContent = news.dataset.textStopped;
    clearInterval(asking);
    return;
  }
  etag = response.headers.get("ETag").replaceAll('"', "").replace("W/", "");
  const template = document.createElement("template");
  template.innerHTML = await response.text();
  fresh = document.createElement("div");
  fresh.append(template.content);
  if (isAtWork()) update();
  else showAll(false);
}

async function report() {
  if (document.hidden) return;
  const config = JSON.parse(document.getElementById("wagtail-config").textContent);
  const body = new URLSearchParams({ page: presence.dataset.page });
  const token = { [config.CSRF_HEADER_NAME]: config.CSRF_TOKEN };
  try {
    const response = await fetch(presence.dataset.presence, { method: "POST", body, headers: { ...headers, ...token } });
    if (!response.ok) return;
    const { here } = await response.json();
    if (presence.textContent !== here) presence.textContent = here;
  } catch {
    // Not connected at the moment.
  }
}

let asking;
if (list) {
  asking = setInterval(ask, ASK_EVERY);
  document.addEventListener("visibilitychange", ask);
}
if (presence) {
  setInterval(report, REPORT_EVERY);
  document.addEventListener("visibilitychange", report);
  report();
}
