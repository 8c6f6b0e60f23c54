// Menus open without script (popover); script gives the first item the focus and lets arrows move.
document.addEventListener("toggle", (e) => {
  if (e.newState === "open" && e.target.matches?.(".menu")) e.target.querySelector(".mi, input, select")?.focus();
}, true);

document.addEventListener("keydown", (e) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  const menu = e.target.closest?.(".menu");
  if (!step || !menu || e.target.matches("select, input")) return;
  const items = [...menu.querySelectorAll(".mi")];
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
  e.preventDefault();
});
