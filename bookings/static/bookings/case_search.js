// Searches while somebody types, by POST: the searched words stand in no address. Without this script Enter sends the
// form. The words stay with the entry of the browser's history, so that Back from a case shows the search again.
const form = document.getElementById("case-search");
const results = document.getElementById("listing-results");
const NOT_IN_ADDRESSES = ["csrfmiddlewaretoken", "q"];
let timer, request;

function remember(parameters) {
  const filters = new URLSearchParams();
  for (const [name, value] of parameters) {
    if (value && !name.startsWith("_w_") && !NOT_IN_ADDRESSES.includes(name)) filters.append(name, value);
  }
  history.replaceState({ q: form.elements.q.value }, "", `${form.getAttribute("action")}?${filters}`);
}

async function show(url, body) {
  request?.abort();
  request = new AbortController();
  try {
    const answer = await fetch(url, { method: "POST", body, signal: request.signal });
    if (!answer.ok || answer.redirected) throw new Error("The session has ended.");
    results.innerHTML = await answer.text();
    // Wagtail's filters listen to this event.
    results.dispatchEvent(new CustomEvent("w-swap:success", { bubbles: true }));
  } catch (error) {
    if (error.name !== "AbortError") location.reload();
  }
}

function search(button) {
  clearTimeout(timer);
  const body = new FormData(form, button);
  remember(body);
  return show(form.dataset.results, body);
}

function searchSoon() {
  clearTimeout(timer);
  timer = setTimeout(search, 200);
}

form.addEventListener("input", searchSoon);
form.addEventListener("change", searchSoon);
form.addEventListener("submit", async (event) => {
  if (event.submitter?.name === "export") return;
  event.preventDefault();
  await search(event.submitter);
  if (event.submitter?.name === "p") window.scrollTo(0, 0);
});

// The button that removes a filter gets its list by GET. While somebody searches, the words go along.
results.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest("[data-w-swap-src-value]");
    if (!button || !form.elements.q.value) return;
    event.stopPropagation();
    const body = new FormData();
    for (const name of NOT_IN_ADDRESSES) body.set(name, form.elements[name].value);
    const url = new URL(button.dataset.wSwapSrcValue, location.href);
    remember(url.searchParams);
    show(url, body);
  },
  true,
);

// Replacing the entry also takes the POST out of the history: a reload would ask whether to send it again.
if (form.elements.q.value) remember(new URLSearchParams(location.search));
else if (history.state?.q) {
  form.elements.q.value = history.state.q;
  search();
}
