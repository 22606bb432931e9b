// Cover the page when nobody has touched it for a while. What was typed stays below.
(() => {
  const cover = document.getElementById("idle-cover");
  const form = cover.querySelector("form");
  const error = cover.querySelector("[role=alert]");
  const wait = Number(cover.dataset.minutes) * 60_000;
  let touched = Date.now();
  let isCovered = false;

  for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "touchmove"]) {
    addEventListener(kind, () => { touched = Date.now(); }, { capture: true, passive: true });
  }
  setInterval(() => {
    if (!isCovered && Date.now() - touched > wait) {
      isCovered = true;
      cover.showModal();
    }
  }, 1000);
  cover.addEventListener("cancel", (event) => event.preventDefault());
  // Browsers close a dialog at the second Escape, whatever the page says.
  cover.addEventListener("close", () => { if (isCovered) cover.showModal(); });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.textContent = "";
    try {
      const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
      if (!response.ok) {
        error.textContent = form.dataset.later;
      } else if (response.url.startsWith(form.action)) {
        error.textContent = form.dataset.wrong;
      } else {
        isCovered = false;
        cover.close();
      }
    } catch {
      error.textContent = form.dataset.offline;
    }
    form.elements.password.value = "";
  });
})();
