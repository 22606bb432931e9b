// Says "open" only while sure of the time. The page has claims for two weeks.
const all = (selector) => document.querySelectorAll(selector);
const LIMIT = 300; // seconds
let data = JSON.parse(document.getElementById("hours-data").textContent);
let clock, checked, timer; // clock: the server's at the start

const now = () => Date.now() / 1000;
const sure = () => Math.abs(now() - performance.now() / 1000 - clock) <= LIMIT;
const latest = (list) => (sure() && now() < data.until && (list.findLast(([at]) => at <= now()) ?? list[0])) || [];

function show() {
  clearTimeout(timer);
  const [, open, text] = latest(data.claims);
  for (const line of all("[data-open-state]")) {
    line.hidden = !text;
    line.classList.toggle("open-state--open", !!open);
    line.lastElementChild.textContent = text && (open ? "Open now · " : "Closed · ") + text;
  }
  const [, day] = latest(data.days);
  for (const row of all("[data-day]")) row.ariaCurrent = row.dataset.day === day ? "date" : null;
  if (sure()) for (const note of all("[data-from]")) note.hidden = now() < note.dataset.from || now() >= note.dataset.until;
  const old = Math.abs(now() - checked) > (sure() ? 600 : 120);
  timer = setTimeout(old ? check : show, Math.min(20000, 60000 - (Date.now() % 60000)));
}

async function check() {
  checked = now();
  show(); // it may never come
  try {
    const answer = await fetch(data.url, { cache: "no-store", priority: "low" });
    const fresh = await answer.json();
    if (fresh.url !== data.url || fresh.now < data.now) throw fresh; // not ours, or older
    if (fresh.version !== data.version) for (const box of all("[data-fresh]")) box.innerHTML = fresh[box.dataset.fresh];
    data = fresh;
    clock = +answer.headers.get("Age") + data.now - performance.now() / 1000;
  } catch {
    clock ??= data.now; // right if just made
  }
  show();
}

addEventListener("visibilitychange", () => document.hidden || check());
addEventListener("pageshow", (event) => event.persisted && check());
onload = check; // not before the first view
