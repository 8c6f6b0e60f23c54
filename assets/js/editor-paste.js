// What other programs put into the clipboard, as elements that the model knows.

// Word has no lists in what it copies, only paragraphs that look like items.
function lists(page) {
  let list = null;
  for (const line of page.querySelectorAll("p[data-style*='mso-list'], p[class^='MsoListParagraph']")) {
    const sign = line.querySelector("[data-style*='mso-list:Ignore'], [data-style*='mso-list: Ignore']")?.textContent.trim() ?? "";
    const kind = /^[0-9a-z]{1,3}[.)]$/i.test(sign) ? "ol" : "ul";
    const before = line.previousElementSibling;
    if (!list || before !== list || list.localName !== kind) {
      list = page.createElement(kind);
      line.before(list);
    }
    const item = page.createElement("li");
    item.append(...line.childNodes);
    list.append(item);
    line.remove();
  }
}

// Attributes that the page's policy would refuse are read here and never tried: what they say of bold is in `data-style`.
export const quiet = (source) => source
  .replace(/<style[\s\S]*?<\/style\s*>/gi, "")
  .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/([\s"'/])(style|on[a-z]+)(\s*=)/gi, (_, before, name, is) => `${before}data-${name.toLowerCase()}${is}`));

// The body of a document from the clipboard.
export function pasted(page) {
  const body = page.body;
  lists(page);
  for (const row of body.querySelectorAll("tr")) {
    for (const cell of [...row.cells].slice(1)) cell.prepend(" ");
    const line = page.createElement("p");
    for (const cell of row.cells) line.append(...cell.childNodes);
    row.replaceWith(line);
  }
  return body;
}
