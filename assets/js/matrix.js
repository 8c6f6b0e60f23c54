// Keeps the tinted ticks of a role's table true while boxes are ticked. The server draws the same for the page and
// for the look before saving; nothing here is sent.
const brings = (other, right) => right === "read" || other === "full" || (other === "reply" && right === "note");

const cellsOf = (row) =>
  [...row.querySelectorAll("td[data-right]")].map((cell) => ({
    cell,
    right: cell.dataset.right,
    checked: cell.querySelector("input").checked,
    label: cell.querySelector(".mx-l").textContent,
  }));

const source = (cells, right) =>
  cells.find((other) => other.checked && other.right !== right && brings(other.right, right));

function tint({ cell }, words, from) {
  const text = from ? words.replace("#", () => from) : "";
  cell.classList.toggle("is-from", Boolean(from));
  cell.querySelector("label").title = text;
  cell.querySelector(".mx-from").textContent = text && `, ${text}`;
}

function refresh(table) {
  // A queue above that is not shown gives nothing.
  const shown = new Map();
  for (const row of table.tBodies[0].rows) {
    const cells = cellsOf(row);
    const above = row.dataset.above.split(" ").flatMap((key) => shown.get(key) ?? []);
    for (const one of cells) {
      const here = source(cells, one.right);
      const gives = (other) => other.cells.some((c) => c.checked && (c.right === one.right || brings(c.right, one.right)));
      const from = here?.label ?? above.find(gives)?.name;
      tint(one, table.dataset.from, one.checked ? "" : (from ?? ""));
    }
    shown.set(row.dataset.queue, { cells, name: row.querySelector(".mx-q").textContent });
  }
}

document.addEventListener("change", (event) => {
  const table = event.target.closest?.("table.mx");
  if (table) refresh(table);
});
