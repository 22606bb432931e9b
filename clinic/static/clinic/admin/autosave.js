// Let Save and Publish wait for an autosave that is on its way. Wagtail 8.0 does not: where the autosave creates the page,
// Publish would create it once more, and be refused for its address.
(() => {
  const LIMIT = 15_000; // milliseconds
  let save = null; // the newest autosave that has no answer
  let held = null;

  addEventListener("w-autosave:save", (event) => { save = event; });
  for (const answer of ["w-autosave:success", "w-autosave:error"]) {
    addEventListener(answer, (event) => {
      if (event.detail.trigger !== save?.detail.trigger) return;
      save = null;
      if (held) send();
    });
  }
  addEventListener("submit", (event) => {
    if (event.target !== save?.target || save.defaultPrevented) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    held ??= { form: event.target, button: event.submitter, timeout: setTimeout(send, LIMIT) };
  }, { capture: true });

  function send() {
    const { form, button, timeout } = held;
    clearTimeout(timeout);
    save = held = null;
    // Wagtail disables a button that was pressed, and browsers do not send a disabled one. No later autosave may send it.
    const pressed = Object.assign(document.createElement("input"), { type: "hidden", value: button?.value ?? "" });
    pressed.name = button?.name ?? "";
    form.append(pressed);
    form.requestSubmit();
    pressed.remove();
  }
})();
