// The header is no block of Wagtail's base template, so the age is moved into it.
const age = document.querySelector(".desk-oldest");
const header = document.querySelector(".w-slim-header > div");
if (header) {
  header.append(age);
  age.hidden = false;
}
