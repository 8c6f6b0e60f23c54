// Search fields say how what is typed may go on: keys, queues, agents. The field stays a plain one without this.
let asked = 0;

function listOf(field) {
  if (field.list) return field.list;
  const list = Object.assign(document.createElement("datalist"), { id: "completions" });
  field.after(list);
  field.setAttribute("list", list.id);
  return list;
}

async function look(field) {
  const mine = ++asked;
  const last = field.value.split(/\s/).at(-1);
  if (!last) return;
  const answer = await fetch(`/search/suggestions?q=${encodeURIComponent(field.value)}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (mine !== asked || !answer?.ok) return;
  const { words } = await answer.json();
  const list = listOf(field);
  list.replaceChildren(...words.map((word) => Object.assign(document.createElement("option"), { value: word.typed, textContent: word.label })));
}

let timer = 0;
document.addEventListener("input", (e) => {
  if (!e.target.matches("[data-completes]") || e.inputType === "insertReplacementText") return;
  clearTimeout(timer);
  timer = setTimeout(() => look(e.target), 150);
});
