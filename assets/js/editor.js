// The editor for mail: a small document model over what the browser edits itself, so that its own undo, spelling check
// and input methods stay. Every change is one of the browser's commands; what is sent is written anew from the model.
import { fromText, hasFormat, html, target, text } from "./editor-model.js";
import { pasted, quiet } from "./editor-paste.js";
import { splitQuote, startList } from "./editor-keys.js";
import { toolbar } from "./editor-bar.js";
import { inert, trusted } from "./server.js";

// Opens it in place of the text field. `from` is HTML of the model.
export function open(form, area, from) {
  document.execCommand("defaultParagraphSeparator", false, "p");
  document.execCommand("styleWithCSS", false, false);
  const { suggest } = area.dataset;
  const root = document.createElement("div");
  root.id = "rich";
  root.className = "rich-text";
  root.contentEditable = "true";
  for (const [name, value] of Object.entries({
    role: "textbox", "aria-multiline": "true", "aria-label": area.dataset.label, lang: area.lang, spellcheck: "true", "data-suggest": suggest,
  })) if (value !== undefined) root.setAttribute(name, value);

  const images = JSON.parse(form.dataset.images || "{}");
  // The model as it is shown: an image of the mail by the address of the file that waits with the draft.
  const shown = (model) => {
    const page = inert(model);
    for (const image of page.querySelectorAll("img")) {
      const cid = image.getAttribute("src")?.replace(/^cid:/, "") || image.dataset.cid;
      if (!images[cid]) image.replaceWith(image.alt);
      else {
        image.dataset.cid = cid;
        image.src = `/attachments/${images[cid]}?preview=1`;
      }
    }
    return page.body;
  };

  const editor = { root, form };
  editor.html = () => html(root);
  editor.text = () => text(inert(editor.html()).body);
  editor.formatted = () => hasFormat(inert(editor.html()).body);
  editor.isEmpty = () => !root.textContent.trim() && !root.querySelector("img");
  editor.tell = () => {
    root.classList.toggle("is-empty", editor.isEmpty());
    area.value = editor.text();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const fill = (model) => {
    root.replaceChildren(...shown(model || "<p><br></p>").childNodes);
    root.classList.toggle("is-empty", editor.isEmpty());
  };
  editor.set = (model) => {
    fill(model);
    editor.tell();
  };
  editor.take = (words, model) => editor.set(model || fromText(words));
  // Writes HTML of the model in place of what is selected.
  editor.put = (model) => {
    root.focus();
    document.execCommand("insertHTML", false, trusted(shown(model).innerHTML));
  };
  editor.insert = (words, length = 0) => {
    root.focus();
    for (let n = 0; n < length; n += 1) getSelection().modify("extend", "backward", "character");
    // Behind a quote there is room for the answer.
    if (words.includes("\n")) editor.put(fromText(words) + (/^>/m.test(words.trimEnd().split("\n").pop()) ? "<p><br></p>" : ""));
    else document.execCommand("insertText", false, words);
  };
  // An image that has arrived, where the cursor is or was last; its words are asked for.
  editor.image = (cid, id) => {
    images[cid] = id;
    if (!root.contains(document.activeElement)) editor.restore();
    editor.put(`<img src="cid:${cid}" alt="">`);
    editor.tell();
    bar.describe([...root.querySelectorAll("img")].find((one) => one.dataset.cid === cid));
  };
  // Puts the cursor where something is dropped.
  editor.point = (e) => {
    const at = root.contains(e.target) ? document.caretRangeFromPoint?.(e.clientX, e.clientY) : null;
    if (!at) return;
    root.focus();
    getSelection().removeAllRanges();
    getSelection().addRange(at);
    editor.remember();
  };
  root.addEventListener("click", (e) => e.target.matches("img") && bar.describe(e.target));
  // Where the cursor was last: a click on a button or into the link's field takes it away.
  let range = null;
  editor.remember = () => {
    const chosen = getSelection();
    if (chosen.rangeCount && root.contains(chosen.anchorNode)) range = chosen.getRangeAt(0).cloneRange();
  };
  editor.restore = () => {
    root.focus();
    if (!range) return;
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };
  const changed = () => editor.remember();
  document.addEventListener("selectionchange", changed);

  root.addEventListener("input", (e) => {
    if (e.inputType === "insertText" && e.data === " ") startList(root);
    editor.tell();
  });
  root.addEventListener("keydown", (e) => {
    const key = e.key.toLowerCase();
    const ctrl = (e.ctrlKey || e.metaKey) && !e.altKey;
    if (ctrl && !e.shiftKey && ["b", "i", "k"].includes(key)) {
      bar.act({ b: "bold", i: "italic", k: "link" }[key]);
    } else if (e.key !== "Enter" || e.shiftKey || ctrl || !splitQuote(root)) return;
    e.preventDefault();
    e.stopPropagation();
  });
  let plain = false;
  root.addEventListener("keydown", (e) => { plain = e.shiftKey && e.key.toLowerCase() === "v"; });
  root.addEventListener("paste", (e) => {
    if (e.clipboardData?.files.length && !e.clipboardData.types.includes("text/html")) return;
    e.preventDefault();
    e.stopPropagation();
    take(e.clipboardData, plain);
  });
  root.addEventListener("drop", (e) => {
    if (e.dataTransfer?.types.includes("Files")) return;
    e.preventDefault();
    const at = document.caretRangeFromPoint?.(e.clientX, e.clientY);
    const own = getSelection().rangeCount && !getSelection().isCollapsed && root.contains(getSelection().anchorNode);
    if (own) document.execCommand("delete");
    if (at) {
      getSelection().removeAllRanges();
      getSelection().addRange(at);
    }
    take(e.dataTransfer, false);
  });
  const take = (data, asText) => {
    const source = asText ? "" : data.getData("text/html");
    const model = source ? html(pasted(inert(quiet(source)))) : "";
    if (!model) return editor.insert(data.getData("text/plain").replaceAll("\r\n", "\n"));
    // A single line goes into the line that it is pasted into.
    const only = inert(model).body;
    const line = only.childNodes.length === 1 && only.firstChild.nodeName === "P" ? only.firstChild.innerHTML : model;
    editor.put(line);
  };

  const bar = toolbar(editor, target);
  editor.close = () => {
    document.removeEventListener("selectionchange", changed);
    bar.close();
    root.remove();
    area.hidden = false;
    if (suggest !== undefined) area.dataset.suggest = suggest;
    form.classList.remove("is-rich");
  };
  area.after(bar.element, root);
  area.hidden = true;
  delete area.dataset.suggest;
  form.classList.add("is-rich");
  // Opening it is no change.
  fill(from);
  return editor;
}
