// Tells the site what was searched for and whether a result was opened, and nothing else. The search works without it.
const page = document.querySelector("[data-log]");
const send = (extra) =>
  navigator.sendBeacon?.(page.dataset.log, new URLSearchParams({ note: page.dataset.note, ...extra }));

// A page that was loaded again, or that somebody went back to, is the same search.
const visit = performance.getEntriesByType("navigation")[0];
if ("counts" in page.dataset && (!visit || visit.type === "navigate")) send();

for (const kind of ["click", "auxclick"])
  page.addEventListener(kind, (event) => {
    if (event.button < 2 && event.target.closest("ol.cards a")) send({ click: 1 });
  });
