// A list that opens while a word is typed after a mark: / for the texts of the house, @ for colleagues in a note.
// Arrows choose, Enter or Tab takes, Escape closes. Without it, texts are in a menu, and logins are typed.
import { read } from "./server.js";
import { lineBefore } from "./field.js";

const most = 8;
const found = new Map();
let open = null;

// What is offered after a mark; asked for once per page, when it is first needed.
async function offered(address) {
  if (!found.has(address)) found.set(address, read(address).then((list) => list?.items ?? []));
  return found.get(address);
}

// The mark and what stands behind it, up to the cursor; null where no word begins like that.
function typed(text) {
  const line = lineBefore(text);
  if (line === null) return null;
  // A text's name may have blanks, a login has none; what begins with a blank is a sentence.
  const match = /(?:^|\s)(?:(\/)((?:[^\s/@][^/@]{0,39})?)|(@)([^\s/@]{0,40}))$/.exec(line);
  if (!match) return null;
  const [mark, query] = match[1] ? [match[1], match[2]] : [match[3], match[4]];
  return { mark, query, line };
}

// Registered by whoever knows what a mark means: `address` of the list, `words` of an entry, `take` it.
const marks = {};
export function offer(mark, how) { marks[mark] = how; }

function close(text) {
  open = null;
  text.removeAttribute("aria-activedescendant");
  text.removeAttribute("aria-controls");
  document.getElementById("suggest")?.remove();
}

function show(text, at) {
  const list = document.getElementById("suggest") ?? document.createElement("ul");
  list.id = "suggest";
  list.className = "co-pick";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", text.closest("form").dataset[at.how.label] ?? "");
  list.replaceChildren(...at.items.map((item, n) => {
    const entry = document.createElement("li");
    entry.id = `suggest-${n}`;
    entry.setAttribute("role", "option");
    entry.setAttribute("aria-selected", String(n === at.chosen));
    const [name, hint] = at.how.words(item);
    entry.append(name);
    if (hint) {
      const small = document.createElement("small");
      small.append(hint);
      entry.append(small);
    }
    return entry;
  }));
  if (!list.isConnected) text.after(list);
  list.scrollIntoView({ block: "nearest" });
  text.setAttribute("aria-controls", "suggest");
  text.setAttribute("aria-activedescendant", `suggest-${at.chosen}`);
  list.children[at.chosen]?.scrollIntoView({ block: "nearest" });
  open = { ...at, text };
}

async function look(text) {
  const at = typed(text);
  const how = at && marks[at.mark];
  const address = how?.address(text.closest("form"));
  if (!address) return close(text);
  const words = at.query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (item) => words.every((word) => how.words(item).join(" ").toLowerCase().includes(word));
  const items = (await offered(address)).filter(fits).slice(0, most);
  // Somebody may have typed on in the meantime.
  const now = typed(text);
  if (!now || now.line !== at.line) return;
  if (items.length) show(text, { ...at, how, items, chosen: 0 });
  else close(text);
}

function take(text, n) {
  const { how, items, query } = open;
  close(text);
  how.take(text, items[n], query.length + 1);
}

document.addEventListener("input", (e) => e.target.matches?.("[data-suggest]") && look(e.target));

document.addEventListener("keydown", (e) => {
  if (!open || !e.target.matches?.("[data-suggest]") || e.ctrlKey || e.metaKey || e.altKey) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (step) show(e.target, { ...open, chosen: (open.chosen + step + open.items.length) % open.items.length });
  else if (e.key === "Enter" || e.key === "Tab") take(e.target, open.chosen);
  else if (e.key === "Escape") close(e.target);
  else return;
  e.preventDefault();
  e.stopImmediatePropagation();
}, true);

document.addEventListener("pointerdown", (e) => {
  const entry = e.target.closest?.("#suggest [role=option]");
  if (!open) return;
  const { text } = open;
  if (!entry) return close(text);
  e.preventDefault();
  take(text, [...entry.parentElement.children].indexOf(entry));
});

// The first key takes the lock, and the thread above grows by what it says of that.
document.addEventListener("turnstone:swapped", () => open && document.getElementById("suggest")?.scrollIntoView({ block: "nearest" }));

document.addEventListener("focusout", (e) => open && e.target.matches?.("[data-suggest]") && close(e.target));
