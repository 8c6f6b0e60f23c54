// Keys that mean more in a mail than in other documents.
const element = (node) => (node?.nodeType === Node.ELEMENT_NODE ? node : node?.parentElement);

// "- " and "1. " at the beginning of a paragraph begin a list.
export function startList(root) {
  const chosen = getSelection();
  const line = element(chosen.anchorNode)?.closest("p, div, li, pre, blockquote");
  if (!chosen.isCollapsed || !line || !root.contains(line) || line.matches("li, pre") || line.closest("li")) return;
  const range = document.createRange();
  range.setStart(line, 0);
  range.setEnd(chosen.anchorNode, chosen.anchorOffset);
  const sign = range.toString().replaceAll("\u00a0", " ");
  if (sign !== "- " && sign !== "* " && sign !== "1. ") return;
  for (let n = 0; n < sign.length; n += 1) chosen.modify("extend", "backward", "character");
  document.execCommand("delete");
  document.execCommand(sign === "1. " ? "insertOrderedList" : "insertUnorderedList");
}

// Enter within a quote ends it, answers in between, and quotes on below.
export function splitQuote(root) {
  const at = element(getSelection().anchorNode);
  const quote = at?.closest("blockquote");
  if (!quote || !root.contains(quote)) return false;
  const rest = document.createRange();
  rest.selectNodeContents(at.closest("p, li, pre, blockquote"));
  rest.setStart(getSelection().focusNode, getSelection().focusOffset);
  const within = rest.toString().trim() !== "";
  document.execCommand("insertParagraph");
  if (within) {
    document.execCommand("insertParagraph");
    getSelection().modify("move", "backward", "character");
  }
  for (let n = 0; n < 12 && element(getSelection().anchorNode)?.closest("blockquote"); n += 1) document.execCommand("outdent");
  return true;
}
