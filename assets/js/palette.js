// Quick open, fetched when it is first wanted: tickets by number, subject or name, everything the current page can do,
// places, and how a search goes on. Without scripts the same field is the search page.
import { shown as laid } from "./keymap.js";

const dialog = document.getElementById("palette");
const field = dialog?.querySelector("input");
const list = document.getElementById("palette-list");
const status = dialog?.querySelector("[role=status]");
const [tickets, verbs, go, words, whole] = list?.dataset.words.split("|") ?? [];

let at = 0;
let shown = [];
let asked = 0;
let acts = [];

// What the page offers: its buttons and links by the words on them, those of closed menus as well.
function collect() {
  const seen = new Set();
  const label = (element) => {
    const words = element.cloneNode(true);
    // Counters and keys are not what it is called.
    words.querySelectorAll(".num, kbd").forEach((part) => part.remove());
    return (element.getAttribute("aria-label") ?? words.textContent).replace(/\s+/g, " ").trim();
  };
  const found = [];
  for (const element of document.querySelectorAll("main :is(.btn, .mi, .tabs a), .side :is(.nav-a, .mi)")) {
    const text = label(element);
    const hidden = element.disabled || element.matches("[hidden], [data-dismiss], [data-quick-open], .side-x, .chip *, .bulk *");
    if (!text || hidden || seen.has(text)) continue;
    seen.add(text);
    const place = element.matches("a[href]");
    const key = element.querySelector("kbd")?.textContent ?? (element.dataset.key ? laid(element.dataset.key) : "");
    found.push({ group: element.closest("main") ? verbs : go, text, side: key, act: () => (place ? location.assign(element.href) : press(element)) });
  }
  // What can be done here comes before where else one can go.
  return [...found.filter((entry) => entry.group === verbs), ...found.filter((entry) => entry.group === go)];
}

// A button of a menu that is closed works as if the menu were open.
function press(element) {
  element.closest("[popover]")?.showPopover?.();
  element.click();
}

function option(entry, number) {
  const item = document.createElement("div");
  item.className = "mi";
  item.id = `palette-${number}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", String(number === at));
  const text = document.createElement("span");
  text.className = "cut";
  text.textContent = entry.text;
  item.append(text);
  if (entry.side) {
    const side = document.createElement("small");
    side.className = "end num";
    side.textContent = entry.side;
    item.append(side);
  }
  item.addEventListener("click", () => take(number));
  return item;
}

function show(entries) {
  shown = entries;
  at = Math.min(at, Math.max(0, shown.length - 1));
  const groups = new Map();
  shown.forEach((entry, number) => {
    if (!groups.has(entry.group)) {
      const group = document.createElement("div");
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", entry.group);
      const head = document.createElement("p");
      head.className = "palette-h";
      head.setAttribute("aria-hidden", "true");
      head.textContent = entry.group;
      group.append(head);
      groups.set(entry.group, group);
    }
    groups.get(entry.group).append(option(entry, number));
  });
  list.replaceChildren(...groups.values());
  field.setAttribute("aria-expanded", String(shown.length > 0));
  status.textContent = status.dataset.found.replace("#", shown.length);
  point();
}

function point() {
  list.querySelectorAll("[role=option]").forEach((item, number) => item.setAttribute("aria-selected", String(number === at)));
  const item = document.getElementById(`palette-${at}`);
  if (item) field.setAttribute("aria-activedescendant", item.id);
  else field.removeAttribute("aria-activedescendant");
  item?.scrollIntoView({ block: "nearest" });
}

async function look() {
  const q = field.value;
  const mine = ++asked;
  const typed = q.trim().toLowerCase();
  const fits = (entry) => typed.split(/\s+/).every((word) => entry.text.toLowerCase().includes(word));
  const own = acts.filter(fits).slice(0, typed ? 8 : 12);
  const search = typed ? [{ group: whole, text: q.trim(), act: () => location.assign(`/search?q=${encodeURIComponent(q.trim())}`) }] : [];
  if (!typed) { at = 0; return show(own); }
  const answer = await fetch(`/search/suggestions?q=${encodeURIComponent(q)}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (mine !== asked) return;
  const found = answer?.ok ? await answer.json() : { tickets: [], views: [], words: [] };
  const entries = [
    ...found.tickets.map((one) => ({ group: tickets, text: one.subject, side: `${one.number} · ${one.who} · ${one.state}`, act: () => location.assign(one.url) })),
    ...own.filter((entry) => entry.group === verbs),
    ...own.filter((entry) => entry.group === go),
    ...found.views.filter((view) => !own.some((entry) => entry.text === view.label)).map((view) => ({ group: go, text: view.label, act: () => location.assign(view.url) })),
    ...found.words.map((word) => ({ group: words, text: word.label, act: () => { field.value = word.typed.endsWith(":") ? word.typed : `${word.typed} `; field.focus(); look(); return true; } })),
    ...search,
  ];
  show(entries);
}

function take(number) {
  const entry = shown[number];
  if (!entry) return;
  // What only goes on typing leaves it open.
  if (entry.group === words) return entry.act();
  dialog.close();
  entry.act();
}

field?.addEventListener("input", () => { at = 0; look(); });
field?.addEventListener("keydown", (e) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (step && shown.length) {
    at = (at + step + shown.length) % shown.length;
    point();
  } else if (e.key === "Enter" && shown.length) take(at);
  else if (e.key === "Tab" && !e.shiftKey && shown[at]?.group === words) take(at);
  else return;
  e.preventDefault();
});

export function open() {
  if (!dialog || dialog.open) return;
  acts = collect();
  field.value = "";
  dialog.showModal();
  field.focus();
  look();
}
