// Shows a video's player in the place of its link, and not before it is asked to. Without this script the link opens it.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-player]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const player = document.createElement("iframe");
  player.className = link.className;
  player.title = link.dataset.title;
  player.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
  player.allowFullscreen = true;
  player.referrerPolicy = "strict-origin-when-cross-origin"; // YouTube plays nothing for a site without a name
  player.src = link.dataset.player;
  link.replaceWith(player);
  player.focus();
});
