// Lists: a cursor to walk with, select all, and how many are selected.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

let at = -1;

function recount() {
  const boxes = all(".row .ck");
  const chosen = boxes.filter((box) => box.checked).length;
  const label = document.querySelector(".bulk [data-count]");
  if (label) label.textContent = label.dataset.words.replace("#", chosen);
  for (const box of all("[data-all]")) {
    box.checked = chosen > 0 && chosen === boxes.length;
    box.indeterminate = chosen > 0 && chosen < boxes.length;
  }
}

document.addEventListener("change", (e) => {
  if (e.target.matches("[data-all]")) all(".row .ck").forEach((box) => { box.checked = e.target.checked; });
  if (e.target.matches(".row .ck, [data-all]")) recount();
});
document.addEventListener("reset", () => setTimeout(recount));
document.addEventListener("turnstone:swapped", recount);
document.addEventListener("turnstone:chosen", recount);
addEventListener("pageshow", recount);

// Moves the cursor by `step` rows; the link under it has the focus, so Enter opens it too.
export function move(step) {
  const links = all(".row-a");
  if (!links.length) return;
  const here = links.indexOf(document.activeElement);
  at = Math.max(0, Math.min(links.length - 1, (here >= 0 ? here : at) + step));
  links[at].focus();
  links[at].closest(".row, .ln, .hit")?.scrollIntoView({ block: "nearest" });
}

// The row under the cursor, if any.
export function current() {
  return document.activeElement?.closest(".row, .hit") ?? all(".row-a")[at]?.closest(".row, .hit") ?? null;
}

// Selects or frees the row under the cursor.
export function toggle() {
  const box = current()?.querySelector(".ck");
  if (!box) return;
  box.checked = !box.checked;
  recount();
  document.dispatchEvent(new Event("turnstone:toggled"));
}

// The list beside a ticket begins where the ticket stands in it.
const beside = document.querySelector("[data-beside]");
const open = beside?.querySelector("[aria-current]");
if (open && beside.clientHeight) beside.scrollTop = open.offsetTop - beside.clientHeight / 3;
