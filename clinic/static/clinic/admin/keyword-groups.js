// Drag a phrase to another group. The form below the groups does the same without a mouse.
const form = document.querySelector('[data-keyword-groups]');

if (form) {
  let dragged = null;
  const groupUnder = (event) => event.target.closest('[data-group]');
  const unmark = () => form.querySelectorAll('.keywords-target').forEach((group) => group.classList.remove('keywords-target'));

  form.addEventListener('dragstart', (event) => {
    dragged = event.target.closest('[data-keyword]');
    if (dragged) {
      event.dataTransfer.effectAllowed = 'move';
      event.dataTransfer.setData('text/plain', dragged.textContent.trim());
    }
  });
  form.addEventListener('dragover', (event) => {
    const group = groupUnder(event);
    unmark();
    if (dragged && group && !group.contains(dragged)) {
      event.preventDefault();
      group.classList.add('keywords-target');
    }
  });
  form.addEventListener('dragend', () => { dragged = null; unmark(); });
  form.addEventListener('drop', (event) => {
    const group = groupUnder(event);
    if (!dragged || !group || group.contains(dragged)) return;
    event.preventDefault();
    // Ticked phrases go along if the dragged one is ticked.
    const box = dragged.querySelector('input[type="checkbox"]');
    if (!box.checked) {
      form.querySelectorAll('input[name="keyword"]:checked').forEach((other) => { other.checked = false; });
      box.checked = true;
    }
    form.elements.to.value = group.dataset.group;
    form.requestSubmit();
  });
}
