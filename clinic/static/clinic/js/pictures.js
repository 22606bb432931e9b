// Loads the pictures further down after the first view, so that a print or a long screenshot shows them all.
addEventListener("load", () => {
  if (navigator.connection?.saveData) return;
  for (const image of document.querySelectorAll("img[loading=lazy]")) image.loading = "eager";
});
