// Count the characters and the pixels of titles and descriptions while they are typed, and say what is cut.
const pen = document.createElement("canvas").getContext("2d");

function measure(text, font) {
  pen.font = font;
  return pen.measureText(text).width;
}

// The words that do not fit, if the last that do are followed by three dots.
function findRest(text, font, limit) {
  let short = text;
  while (short && measure(`${short} …`, font) > limit) {
    const space = short.lastIndexOf(" ");
    short = space > 0 ? short.slice(0, space) : short.slice(0, -1);
  }
  return text.slice(short.length).trim();
}

for (const note of document.querySelectorAll("[data-count]")) {
  const field = document.getElementById(note.dataset.count);
  const { font, whole, cut, fallback } = note.dataset;
  const limit = Number(note.dataset.limit);
  const count = () => {
    const own = field.value.replace(/\s+/g, " ").trim();
    const text = own || field.placeholder;
    const width = Math.round(measure(text, font));
    const values = { count: [...text].length, width, limit, rest: width > limit ? findRest(text, font, limit) : "" };
    const words = (width > limit ? cut : whole).replace(/\{(\w+)\}/g, (_match, name) => values[name]);
    note.textContent = text ? `${own ? "" : `${fallback} `}${words}` : "";
    note.classList.toggle("clinic-texts__count--cut", width > limit);
  };
  field.addEventListener("input", count);
  count();
}

// Leaving with changes that are not saved asks first.
const form = document.querySelector(".clinic-texts form[method=post]");
let isChanged = Boolean(document.querySelector(".clinic-texts__row--open"));
form?.addEventListener("input", () => {
  isChanged = true;
});
form?.addEventListener("change", () => {
  isChanged = true;
});
form?.addEventListener("submit", () => {
  isChanged = false;
});
window.addEventListener("beforeunload", (event) => {
  if (isChanged) event.preventDefault();
});
