// A form without this script works the same. It moves the focus to the errors where a browser does not do it by
// itself, and keeps a second click from sending the form twice.
const summary = document.querySelector(".error-summary");
const focusErrors = () => {
  if (summary && document.activeElement === document.body) summary.focus();
};
// After the browser's own autofocus, which it drops with a warning when something has the focus already.
window.addEventListener("load", () => setTimeout(focusErrors, 100));

for (const form of document.querySelectorAll("form[data-guard-submit]")) {
  const button = [...form.querySelectorAll('[type="submit"]')].at(-1);
  let release;

  const setSending = (sending) => {
    clearTimeout(release);
    form.toggleAttribute("data-sending", sending);
    if (sending) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  };

  form.addEventListener("submit", (event) => {
    if (form.hasAttribute("data-sending")) {
      event.preventDefault();
      return;
    }
    setSending(true);
    // The connection may have failed, or the visitor may have stopped it.
    release = setTimeout(setSending, 10000, false);
  });
  // Back from the next page, the browser may show this one as it was left.
  window.addEventListener("pageshow", () => setSending(false));
}
