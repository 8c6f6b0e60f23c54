// Formatting in the composer, for whoever wants it: the editor comes when it is first opened. Without this, and without
// formatting, the text field is all there is.
import { use, rich } from "./field.js";
import { say } from "./toast.js";

const form = document.querySelector("[data-rich]");
const area = form?.querySelector("textarea[name=body]");
// A field that is hidden cannot say that it is empty: the server does.
const must = area?.required;
const toggle = form?.querySelector("[data-rich-toggle]");

// Opening it is no change of the text: it takes no lock. What the draft says of it follows when somebody chose it.
async function open(html, chosen) {
  const [{ open: begin }, { fromText }] = await Promise.all([import("./editor.js"), import("./editor-model.js")]);
  if (rich()) return;
  const here = document.activeElement === area;
  use(begin(form, area, html || fromText(area.value)));
  area.required = false;
  toggle.setAttribute("aria-pressed", "true");
  form.dispatchEvent(new Event("turnstone:rich"));
  if (chosen || here) rich().root.focus();
  if (!chosen) return;
  area.dispatchEvent(new Event("change", { bubbles: true }));
}

function close() {
  const editor = rich();
  if (editor.formatted() && !confirm(form.dataset.richLoss)) return;
  const text = editor.text();
  use(null);
  editor.close();
  area.value = text;
  area.required = must;
  area.dispatchEvent(new Event("change", { bubbles: true }));
  toggle.setAttribute("aria-pressed", "false");
  area.focus();
}

if (form && toggle) {
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    if (rich()) close();
    else open("", true).catch(() => say(form.dataset.richFailed));
  });
  if (form.dataset.rich === "on") open(area.dataset.html, false).catch(() => say(form.dataset.richFailed));
  form.addEventListener("formdata", (e) => {
    if (rich() && !rich().isEmpty()) e.formData.set("html", rich().html());
  });
}

// Names that are still to be filled in are marked where they stand; the text itself stays untouched.
document.addEventListener("input", (e) => {
  if (e.target !== area || !rich() || !window.Highlight) return;
  const names = form.querySelector("[data-missing]")?.dataset.names.split(" ") ?? [];
  const found = [];
  const walker = document.createTreeWalker(rich().root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest("blockquote")) continue;
    for (const match of node.data.matchAll(/\{\{\s*([a-zA-Z.]+)\s*\}\}/g)) {
      if (names.includes(match[1].toLowerCase())) found.push(new StaticRange({ startContainer: node, startOffset: match.index, endContainer: node, endOffset: match.index + match[0].length }));
    }
  }
  CSS.highlights.set("missing", new Highlight(...found));
});
