// What can be written with formatting: paragraphs, bold, italic, links, two kinds of lists, quotes, preformatted text and
// images of the mail. Whatever a page or a browser made becomes that, as text; the server cleans by the same model.
const marks = { B: "strong", STRONG: "strong", I: "em", EM: "em", A: "a" };
const containers = ["UL", "OL", "LI", "BLOCKQUOTE"];
const inline = "ABBR BDI BDO BIG CITE CODE DEL DFN FONT INS KBD MARK Q S SAMP SMALL SPAN STRIKE SUB SUP TIME TT U VAR WBR LABEL O:P".split(" ");
const never = "SCRIPT STYLE TITLE META LINK TEMPLATE SVG MATH IFRAME OBJECT EMBED SELECT TEXTAREA BUTTON NOSCRIPT HEAD XML".split(" ");

export const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

// A link's target that may stand in a mail; null for anything else.
export function target(address) {
  const text = address.trim().replace(/[\u0000-\u001f]/g, "");
  if (/^(https?:\/\/|mailto:)[^\s]+$/i.test(text)) return text;
  if (/^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/.test(text)) return `mailto:${text}`;
  return /^[^\s/:@]+\.[^\s/:@.]{2,}(\/[^\s]*)?$/.test(text) ? `https://${text}` : null;
}

class Writer {
  out = "";
  open = [];
  block = null;
  wanted = [];
  written = 0;
  pre = false;

  text(text) {
    const words = this.pre ? text : text.replace(/[\s\u00a0]+/g, " ");
    if (!words || (!this.block && !words.trim())) return;
    this.begin();
    this.out += escape(words);
  }

  push(name) {
    this.out += `<${name}>`;
    this.open.push({ name, filled: false });
  }

  begin() {
    if (!this.block) {
      if (["ul", "ol"].includes(this.open.at(-1)?.name)) this.push("li");
      const top = this.open.at(-1);
      this.block = this.pre ? "pre" : top?.name === "li" ? "li" : "p";
      if (this.block !== "li") this.out += `<${this.block}>`;
      else if (top.filled) this.out += "<br>";
      if (top) top.filled = true;
    }
    for (; this.written < this.wanted.length; this.written += 1) this.out += this.wanted[this.written].start;
  }

  unmark(at) {
    while (this.written > at) this.out += this.wanted[--this.written].end;
  }

  end() {
    this.unmark(0);
    // The browser ends a line that has text with a break of its own.
    if (this.block && this.out.endsWith("<br>") && !/<(p|li|pre)><br>$/.test(this.out)) this.out = this.out.slice(0, -4);
    if (this.block && this.block !== "li") this.out += `</${this.block}>`;
    this.block = null;
  }

  close(depth) {
    this.end();
    while (this.open.length > depth) {
      this.out += `</${this.open.pop().name}>`;
      // What is left of a quote that was split at its edge.
      if (this.out.endsWith("<blockquote><p><br></p></blockquote>")) this.out = this.out.slice(0, -36);
    }
  }

  marked(mark, start, within) {
    this.wanted.push({ start, end: `</${mark}>` });
    within();
    this.unmark(this.wanted.length - 1);
    this.wanted.pop();
  }

  container(name, within) {
    this.end();
    const [pre, list] = [this.pre, this.open.findLastIndex((one) => ["ul", "ol"].includes(one.name))];
    this.pre = false;
    if (name === "li" && list < 0) this.push("ul");
    else if (name === "li") this.close(list + 1);
    else if (list >= 0 && list === this.open.length - 1) this.push("li");
    const depth = this.open.length;
    this.push(name);
    within();
    this.close(depth);
    this.pre = pre;
  }

  image(node) {
    if (node.dataset.cid) {
      this.begin();
      this.out += `<img src="cid:${escape(node.dataset.cid)}" alt="${escape(node.alt)}">`;
    } else this.text(node.getAttribute("alt") ?? "");
  }

  node(node) {
    if (node.nodeType === Node.TEXT_NODE) return this.text(node.data);
    const name = node.nodeName.toUpperCase();
    if (node.nodeType !== Node.ELEMENT_NODE || never.includes(name)) return;
    const within = () => node.childNodes.forEach((child) => this.node(child));
    const style = node.dataset.style ?? node.getAttribute("style") ?? "";
    if (/display:\s*none|mso-list:\s*ignore/i.test(style)) return;
    const mark = marks[name];
    if (mark === "a") {
      const to = target(node.getAttribute("href") ?? "");
      const inLink = this.wanted.some((one) => one.end === "</a>");
      return to && !inLink ? this.marked("a", `<a href="${escape(to)}">`, within) : within();
    }
    // Some programs wrap all they copy into what is bold and says that it is not.
    const not = mark === "em" ? /(^|[;\s])font-style\s*:\s*normal/i : /(^|[;\s])font-weight\s*:\s*(normal|400)/i;
    if (mark && !not.test(style)) return this.marked(mark, `<${mark}>`, within);
    if (mark || inline.includes(name)) return this.styled(style, within);
    if (name === "BR") {
      this.begin();
      this.out += "<br>";
    } else if (name === "IMG") this.image(node);
    else if (containers.includes(name)) this.container(name.toLowerCase(), within);
    else {
      this.end();
      const pre = this.pre;
      this.pre = pre || name === "PRE";
      this.styled(style, within);
      this.end();
      this.pre = pre;
    }
  }

  styled(style, within) {
    const bold = /(^|[;\s])font-weight\s*:\s*(bold|[6-9]00)/i.test(style);
    const italic = /(^|[;\s])font-style\s*:\s*italic/i.test(style);
    const leaned = italic ? () => this.marked("em", "<em>", within) : within;
    if (bold) this.marked("strong", "<strong>", leaned);
    else leaned();
  }
}

// The children of a node as HTML of the model.
export function html(root) {
  const writer = new Writer();
  root.childNodes.forEach((child) => writer.node(child));
  writer.close(0);
  return writer.out;
}

// Text in the model: paragraphs between empty lines, lines that begin with > as quotes.
export function fromText(text) {
  let [out, depth, lines] = ["", 0, []];
  const paragraph = () => {
    if (lines.length) out += `<p>${lines.map(escape).join("<br>")}</p>`;
    lines = [];
  };
  for (const line of [...text.trimEnd().split("\n"), null]) {
    const [, signs, rest] = line === null ? [null, "", ""] : /^((?:> ?){0,12})(.*)$/.exec(line);
    const deep = signs.replaceAll(" ", "").length;
    if (deep !== depth || !rest.trim()) paragraph();
    for (; depth < deep; depth += 1) out += "<blockquote>";
    for (; depth > deep; depth -= 1) out += "</blockquote>";
    if (rest.trim()) lines.push(rest);
  }
  return out;
}

const words = (node) => [...node.childNodes].map((child) => {
  if (child.nodeType === Node.TEXT_NODE) return child.data;
  if (child.nodeName === "BR") return "\n";
  if (child.nodeName === "IMG") return child.alt ? `[${child.alt}]` : "";
  if (child.nodeName !== "A") return words(child);
  const [label, to] = [words(child), child.getAttribute("href").replace(/^mailto:/, "")];
  return bare(label) === bare(to) ? label : `${label} <${to}>`;
}).join("");
const bare = (address) => address.trim().replace(/^https?:\/\//, "").replace(/\/$/, "");
const isBlock = (node) => ["P", "PRE", "UL", "OL", "LI", "BLOCKQUOTE"].includes(node.nodeName);

// What a document of the model says, as text.
export function text(root) {
  const parts = [];
  let line = null;
  for (const child of root.childNodes) {
    if (!isBlock(child)) {
      line ??= document.createElement("p");
      line.append(child.cloneNode(true));
      continue;
    }
    if (line) parts.push(words(line));
    line = null;
    if (child.nodeName === "BLOCKQUOTE") parts.push(text(child).split("\n").map((one) => (one ? `> ${one}` : ">")).join("\n"));
    else if (["UL", "OL"].includes(child.nodeName)) {
      parts.push([...child.children].map((item, n) => {
        const sign = child.nodeName === "OL" ? `${n + 1}. ` : "- ";
        return sign + text(item).replaceAll("\n", `\n${" ".repeat(sign.length)}`);
      }).join("\n"));
    } else parts.push(words(child).replace(/\n$/, ""));
  }
  if (line) parts.push(words(line));
  return parts.join(root.nodeName === "LI" ? "\n" : "\n\n").trimEnd();
}

// Whether text alone says less than this.
export const hasFormat = (root) => Boolean(root.querySelector("strong, em, img, pre") ||
  [...root.querySelectorAll("a")].some((link) => bare(link.textContent) !== bare(link.getAttribute("href").replace(/^mailto:/, ""))));
