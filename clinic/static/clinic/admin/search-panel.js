// The Search panel of the page editor. The server reads the preview that Wagtail's preview panel keeps up to date; this
// asks for the report when the preview has changed, one request at a time, and cuts titles where search engines do.
(() => {
  const panel = document.querySelector("[data-search-panel]");
  const side = panel?.closest("[data-side-panel]");
  if (!side) return;
  const report = panel.querySelector("[data-search-report]");
  const message = panel.querySelector("[data-search-message]");
  const status = panel.querySelector("[data-search-status]");
  const PAUSE = 500; // milliseconds after the last change
  const pen = document.createElement("canvas").getContext("2d");
  let shown = ""; // the HTML of the server that is shown
  let isAsking = false;
  let isDue = false;
  let isRead = false;
  let isValid = true;
  let isOpen = !side.hidden; // it is hidden for a moment after it was opened
  let timer;

  const preview = () => window.wagtail?.app?.queryController("w-preview");

  // Wagtail updates the preview by itself while its own panels are open. Here it is asked to.
  async function updatePreview() {
    if (!isOpen) return;
    const controller = preview();
    const isStale = controller?.staleValue;
    try {
      await controller?.checkAndUpdatePreview();
    } catch {
      message.textContent = panel.dataset.failed;
      return;
    }
    if (!isStale && !isRead) ask();
  }

  async function ask() {
    if (!isOpen) {
      isRead = false;
      return;
    }
    isDue = true;
    if (isAsking) return;
    isAsking = true;
    while (isDue) {
      isDue = false;
      await load();
    }
    isAsking = false;
  }

  async function load() {
    const slug = document.getElementById("id_slug");
    const query = slug ? `?${new URLSearchParams({ slug: slug.value })}` : "";
    try {
      const response = await fetch(`${panel.dataset.reportUrl}${query}`, { headers: { "X-Requested-With": "XMLHttpRequest" } });
      if (!response.ok || response.redirected) throw new Error(response.status);
      const html = await response.text();
      isRead = true;
      message.textContent = isValid ? "" : panel.dataset.stale;
      if (html === shown) return;
      show(html);
      shown = html;
      status.textContent = "";
      status.textContent = panel.dataset.done;
    } catch {
      message.textContent = panel.dataset.failed;
    }
  }

  function show(html) {
    const links = () => [...report.querySelectorAll("a[href]")];
    const place = links().indexOf(document.activeElement);
    report.innerHTML = html;
    [...report.querySelectorAll("[data-fit]")].reverse().forEach(fit); // the notes stand in their order
    if (place >= 0) (links()[place] || side).focus({ preventScroll: true });
  }

  // Cut a text after the last word that fits.
  function fit(line) {
    const { font, whole, cut } = line.dataset;
    const limit = Number(line.dataset.fit);
    const text = line.textContent.trim();
    pen.font = font;
    const width = Math.round(pen.measureText(text).width);
    const isCut = width > limit;
    if (isCut) {
      let short = text;
      while (short && pen.measureText(`${short} …`).width > limit) {
        const space = short.lastIndexOf(" ");
        short = space > 0 ? short.slice(0, space) : short.slice(0, -1);
      }
      line.textContent = `${short} …`;
    }
    const note = document.createElement("p");
    note.className = "search-panel__hint";
    note.textContent = (isCut ? cut : whole).replace("{width}", width).replace("{limit}", limit);
    if (text) line.closest(".search-result").after(note);
  }

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(updatePreview, PAUSE);
  };
  side.addEventListener("show", () => {
    isOpen = true;
    updatePreview();
  });
  side.addEventListener("hide", () => {
    isOpen = false;
  });
  document.addEventListener("w-unsaved:add", later);
  // Wagtail compares the form with how it was some seconds after it was opened. What is typed before counts as well.
  for (const type of ["input", "change"]) {
    document.querySelector("[data-edit-form]")?.addEventListener(type, () => {
      if (!isOpen) return;
      preview()?.setStale();
      later();
    });
  }
  document.addEventListener("w-preview:json", ({ detail }) => {
    isValid = detail.data.is_valid;
  });
  document.addEventListener("w-preview:error", () => {
    if (isOpen) message.textContent = panel.dataset.failed;
  });
  document.addEventListener("w-preview:updated", () => {
    ask();
    if (preview()?.staleValue) later();
  });
  if (isOpen) later();
})();
