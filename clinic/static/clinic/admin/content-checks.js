// The checks that Wagtail's content checker runs on a page beside its own. Each returns true where all is well.
// What only the server can know is in a meta tag of the preview: see add_findings() in clinic/keywords/report.py.
(() => {
  const findings = () => (document.querySelector('meta[name="clinic-findings"]')?.content || "").split(" ");
  const isFirst = (node) => node === document.querySelector("main h1");
  const squeeze = (text) => text.replace(/\s+/g, " ").trim();

  function widthOf(text, font) {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = font;
    return pen.measureText(text).width;
  }

  function nameOf(link) {
    const pictures = [...link.querySelectorAll("img")].map((picture) => picture.alt).join(" ");
    return squeeze(`${link.getAttribute("aria-label") || link.textContent} ${pictures}`);
  }

  const checks = {
    "check-clinic-keyword": (node) => !isFirst(node) || !findings().includes("keyword"),
    "check-clinic-description": (node) => !isFirst(node) || !findings().includes("description"),
    "check-clinic-title-length": (node, options) =>
      !isFirst(node) || widthOf(squeeze(document.title), options.font) <= options.pixels,
    "check-clinic-one-first-heading": (node) => isFirst(node),
    "check-clinic-link-words": (node, options) =>
      !options.words.includes(nameOf(node).toLowerCase().replace(/[^\p{L}\p{N} ]/gu, "").trim()),
    "check-clinic-picture-description": (node) => squeeze(node.getAttribute("alt") || "") !== "",
  };
  for (const [name, check] of Object.entries(checks)) window.wagtail?.userbar?.registerCheck(name, check);
})();
