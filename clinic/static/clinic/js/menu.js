// Closes lists of the header on Escape, and when a click or the focus goes elsewhere. Their buttons work without it.
const open = () => [...document.querySelectorAll(".site-header details[open]")];

addEventListener("keydown", (event) => {
  const box = event.key === "Escape" && open().at(-1);
  if (!box) return;
  box.open = false;
  box.firstElementChild.focus();
});

for (const kind of ["click", "focusin"])
  addEventListener(kind, (event) => {
    for (const box of open()) if (!box.contains(event.target)) box.open = false;
  });
