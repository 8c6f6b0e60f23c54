// The bar of a list: what is chosen stays chosen on the other pages of the same view, in this tab, until something is
// done with it or the choice is cleared. Without script each page chooses for itself, or a whole view at once.
const bar = () => document.querySelector("[data-bulk]");
const form = () => bar()?.closest("form");

// The address of the view, whatever its page.
function view() {
  const url = new URL(bar().dataset.bulk, location.href);
  url.searchParams.delete("cursor");
  return `bulk ${url.pathname}?${url.searchParams}`;
}

const boxes = () => [...form().querySelectorAll(".row .ck")];
const kept = () => new Set(JSON.parse(sessionStorage.getItem(view()) ?? "[]"));

function keep(numbers) {
  if (numbers.size) sessionStorage.setItem(view(), JSON.stringify([...numbers]));
  else sessionStorage.removeItem(view());
}

// Numbers that are chosen on other pages travel in one hidden field.
function show() {
  if (!bar()) return;
  const here = new Set(boxes().map((box) => box.value));
  const away = [...kept()].filter((number) => !here.has(number));
  let field = form().querySelector("[data-bulk-away]");
  if (!field) {
    field = Object.assign(document.createElement("input"), { type: "hidden", name: "tickets" });
    field.dataset.bulkAway = "";
    form().append(field);
  }
  field.value = away.join(",");
  field.disabled = !away.length;
  bar().classList.toggle("is-open", away.length > 0);
  const whole = bar().querySelector("[data-bulk-all]");
  const label = bar().querySelector("[data-count]");
  const chosen = boxes().filter((box) => box.checked).length + away.length;
  label.textContent = whole.checked ? whole.dataset.bulkAll : label.dataset.words.replace("#", chosen);
}

function note() {
  const numbers = kept();
  for (const box of boxes()) box.checked ? numbers.add(box.value) : numbers.delete(box.value);
  keep(numbers);
  show();
}

function recall() {
  if (!bar()) return;
  const numbers = kept();
  for (const box of boxes()) if (numbers.has(box.value)) box.checked = true;
  document.dispatchEvent(new Event("turnstone:chosen"));
  show();
}

document.addEventListener("change", (e) => {
  if (bar() && e.target.matches(".row .ck, [data-all], [data-bulk-all]")) note();
});
document.addEventListener("turnstone:toggled", () => bar() && note());
document.addEventListener("reset", (e) => {
  if (e.target !== form()) return;
  keep(new Set());
  setTimeout(show);
});
document.addEventListener("submit", (e) => {
  if (e.target === form()) setTimeout(() => keep(new Set()));
});
document.addEventListener("turnstone:swapped", recall);
addEventListener("pageshow", recall);
