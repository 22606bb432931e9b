// Forms work without this script. It focuses the error summary where the browser does not, says on the button that the
// form is being sent, and stops a second click from sending it twice.
const summary = document.querySelector(".error-summary");
const focusErrors = () => {
  if (summary && document.activeElement === document.body) summary.focus();
};
// Wait for the browser's autofocus: it warns when something else has the focus already.
window.addEventListener("load", () => setTimeout(focusErrors, 100));

for (const form of document.querySelectorAll("form[data-guard-submit]")) {
  const button = [...form.querySelectorAll('[type="submit"]')].at(-1);
  const text = button.localName === "input" ? "value" : "textContent";
  const idle = button[text];
  const status = document.createElement("span");
  status.className = "visually-hidden";
  status.role = "status";
  button.after(status);
  let release;

  const setSending = (sending) => {
    clearTimeout(release);
    form.toggleAttribute("data-sending", sending);
    if (sending) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
    button[text] = sending ? form.dataset.guardSubmit : idle;
    status.textContent = sending ? form.dataset.guardSubmit : "";
  };

  form.addEventListener("submit", (event) => {
    if (form.hasAttribute("data-sending")) {
      event.preventDefault();
      return;
    }
    setSending(true);
    // Allow another try: the connection may have failed, or the visitor may have stopped it.
    release = setTimeout(setSending, 10000, false);
  });
  // The Back button may restore this page as it was left.
  window.addEventListener("pageshow", () => setSending(false));
}
