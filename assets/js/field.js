// What the composer is written in: its text field, or the editor that stands in its place. Whoever reads or changes what
// is written goes through here, so that nothing has to know which of the two it is.
let editor = null;

// The editor, while it is open; said by whoever opens and closes it.
export const rich = () => editor;
export function use(opened) { editor = opened; }
export const field = () => editor?.root ?? document.querySelector("[data-rich] textarea[name=body]");

const isText = (target) => "value" in target;
const block = (node, root) => {
  let at = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  while (at !== root && !at.matches("p, li, pre, blockquote, div")) at = at.parentElement;
  return at;
};

// The line up to the cursor; null where something is selected.
export function lineBefore(target) {
  if (isText(target)) {
    return target.selectionStart === target.selectionEnd ? target.value.slice(0, target.selectionStart).split("\n").pop() : null;
  }
  const chosen = getSelection();
  if (!chosen.isCollapsed || !target.contains(chosen.anchorNode)) return null;
  const [range, line] = [document.createRange(), block(chosen.anchorNode, target)];
  range.setStart(line, 0);
  range.setEnd(chosen.anchorNode, chosen.anchorOffset);
  const breaks = [...line.querySelectorAll("br")].filter((end) => range.intersectsNode(end) && range.comparePoint(end, 0) === 0);
  if (breaks.length) range.setStartAfter(breaks.at(-1));
  return range.toString().replaceAll("\u00a0", " ");
}

// Writes in place of what is selected, and of `length` characters before the cursor.
export function write(target, text, length = 0) {
  target.focus();
  if (!isText(target)) return editor.insert(text, length);
  target.setRangeText(text, target.selectionStart - length, target.selectionEnd, "end");
  target.dispatchEvent(new Event("input", { bubbles: true }));
}

// Selects the next `words` in what is written; of the text field behind `from`.
export function select(target, words, from = 0) {
  if (isText(target)) {
    const at = target.value.indexOf(words, from);
    if (at >= 0) target.setSelectionRange(at, at + words.length);
    return;
  }
  const walker = document.createTreeWalker(target, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf(words);
    if (at >= 0 && !node.parentElement.closest("blockquote")) return getSelection().setBaseAndExtent(node, at, node, at + words.length);
  }
}
