// Texts of the house: / in the composer, or its menu, inserts one where the cursor is. What it does besides becomes
// chips, and names that are still to be filled in are pointed at. Without this the menu posts the form.
import { offer } from "./suggest.js";
import { read } from "./server.js";
import { field, select, write } from "./field.js";

const composer = () => document.querySelector("[data-composer]");

offer("/", {
  label: "templatesLabel",
  address: (form) => form.dataset.templates,
  words: (item) => [item.name, item.hint],
  take: (text, item, length) => insert(text, item.id, length),
});

async function insert(text, id, length) {
  const form = text.closest("form");
  const chosen = await read(`${form.dataset.templates}/${id}`);
  if (!chosen) return;
  const from = text.selectionStart - length;
  write(text, chosen.text, length);
  for (const { name, value, label } of chosen.chips) chip(form, `fx_${name}`, value, label);
  form.elements.body.dispatchEvent(new Event("input", { bubbles: true }));
  const first = missing(form, chosen.text)[0];
  if (first) select(text, first.shown, from);
}

function chip(form, name, value, label) {
  form.querySelector(`[data-chips] [name=${name}]`)?.closest("label").remove();
  const fresh = form.querySelector("template[data-chip]").content.firstElementChild.cloneNode(true);
  const box = fresh.querySelector("input");
  [box.name, box.value] = [name, value];
  fresh.querySelector("span").textContent = label;
  form.querySelector("[data-chips]").append(fresh);
}

// Names that still stand in a text, outside what is quoted.
function missing(form, text) {
  const names = form.querySelector("[data-missing]").dataset.names.split(" ");
  const quoted = (at) => text.slice(text.lastIndexOf("\n", at - 1) + 1, at).trimStart().startsWith(">");
  const all = [...text.matchAll(/\{\{\s*([a-zA-Z.]+)\s*\}\}/g)];
  return all
    .filter((match) => names.includes(match[1].toLowerCase()) && !quoted(match.index))
    .map((match) => ({ at: match.index, shown: match[0] }));
}

document.addEventListener("input", (e) => {
  const form = e.target.name === "body" && e.target.closest("[data-composer]");
  if (!form) return;
  const left = [...new Set(missing(form, e.target.value).map(({ shown }) => shown))];
  const line = form.querySelector("[data-missing]");
  line.hidden = left.length === 0;
  line.querySelector("[data-missing-names]").replaceChildren(...left.flatMap((shown) => {
    const mark = document.createElement("mark");
    mark.append(shown);
    return [mark, " "];
  }));
});

document.addEventListener("click", (e) => {
  const button = e.target.closest("[data-insert]");
  const form = button && composer();
  if (!form) return;
  e.preventDefault();
  document.getElementById("templates-menu").hidePopover();
  insert(field(), form.elements.template.value, 0);
});
