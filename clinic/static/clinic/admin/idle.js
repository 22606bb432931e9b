// Cover the page when nobody has touched it for a while. What was typed stays below.
(() => {
  const cover = document.getElementById("idle-cover");
  const form = cover.querySelector("form");
  const error = cover.querySelector("[role=alert]");
  const signIn = cover.querySelector("[target=_blank]");
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
    signIn.hidden = true;
    try {
      error.textContent = await check();
    } catch {
      error.textContent = form.dataset.offline;
    }
    form.elements.password.value = "";
    if (!error.textContent) {
      isCovered = false;
      cover.close();
    }
  });

  // Return "" only where the server says that this user's password was right, otherwise what to tell.
  async function check() {
    // Whoever signed in again in another tab has another token.
    const page = await fetch(form.action);
    const token = new DOMParser()
      .parseFromString(await page.text(), "text/html")
      .querySelector("[name=csrfmiddlewaretoken]")?.value;
    if (page.url !== form.action || !token) return end();
    form.elements.csrfmiddlewaretoken.value = token;
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (answer.url === new URL(form.elements.next.value, location.href).href) {
      if (!answer.ok) return end();
      for (const field of document.getElementsByName("csrfmiddlewaretoken")) field.value = token;
      return "";
    }
    if (!answer.ok) return form.dataset.later;
    return answer.url === form.action ? form.dataset.wrong : end();
  }

  function end() {
    signIn.hidden = false;
    return form.dataset.ended;
  }
})();
