// The toolbar of the editor and the line in which a link's address is typed. Its words come from the page.
const element = (node) => (node?.nodeType === Node.ELEMENT_NODE ? node : node?.parentElement);

export function toolbar(editor, target) {
  const { root, form } = editor;
  const bar = form.querySelector("template[data-rich-bar]").content.firstElementChild.cloneNode(true);
  const buttons = [...bar.querySelectorAll("[data-act]")];
  const [panel, address, wrong] = ["[data-link]", "[data-link-address]", "[data-link-wrong]"].map((one) => bar.querySelector(one));
  const within = (names) => {
    const at = element(getSelection().anchorNode)?.closest(names);
    return at && root.contains(at) && at !== root ? at : null;
  };
  const command = (name, value) => document.execCommand(name, false, value);

  const acts = {
    bold: () => command("bold"),
    italic: () => command("italic"),
    ul: () => command("insertUnorderedList"),
    ol: () => command("insertOrderedList"),
    quote: () => (within("blockquote") ? command("outdent") : command("formatBlock", "blockquote")),
    pre: () => command("formatBlock", within("pre") ? "p" : "pre"),
    link: () => {
      editor.remember();
      const there = within("a");
      if (there && getSelection().isCollapsed) {
        getSelection().selectAllChildren(there);
        editor.remember();
      }
      address.value = there?.getAttribute("href") ?? "";
      panel.hidden = false;
      wrong.hidden = true;
      address.focus();
      address.select();
    },
  };
  const act = (name) => {
    acts[name]();
    show();
  };
  const leave = () => {
    panel.hidden = true;
    editor.restore();
  };
  const apply = () => {
    const to = address.value.trim() && target(address.value);
    if (to === null) {
      wrong.hidden = false;
      address.setAttribute("aria-invalid", "true");
      return address.focus();
    }
    address.removeAttribute("aria-invalid");
    leave();
    if (!to) command("unlink");
    else if (!getSelection().isCollapsed) command("createLink", to);
    else {
      const link = document.createElement("a");
      link.href = to;
      link.textContent = address.value.trim();
      editor.put(link.outerHTML);
    }
  };

  // The words that stand for an image where it is not seen; none is an answer too.
  const [about, alt] = ["[data-image]", "[data-image-words]"].map((one) => bar.querySelector(one));
  let image = null;
  const describe = (chosen) => {
    image?.classList.remove("is-chosen");
    image = chosen ?? null;
    about.hidden = !image;
    if (!image) return;
    image.classList.add("is-chosen");
    alt.value = image.alt;
    alt.focus();
  };
  const described = () => {
    describe(null);
    editor.restore();
  };
  alt.addEventListener("input", () => {
    if (!image) return;
    image.alt = alt.value;
    editor.tell();
  });

  const pressed = {
    bold: () => document.queryCommandState("bold"),
    italic: () => document.queryCommandState("italic"),
    ul: () => within("ul, ol")?.localName === "ul",
    ol: () => within("ul, ol")?.localName === "ol",
    quote: () => Boolean(within("blockquote")),
    pre: () => Boolean(within("pre")),
    link: () => Boolean(within("a")),
  };
  const show = () => {
    if (!root.contains(getSelection().anchorNode)) return;
    for (const button of buttons) button.setAttribute("aria-pressed", String(pressed[button.dataset.act]()));
  };
  document.addEventListener("selectionchange", show);

  // One stop for Tab; arrows walk along the buttons.
  const roving = (to) => {
    buttons.forEach((button) => { button.tabIndex = button === to ? 0 : -1; });
    to.focus();
  };
  buttons.forEach((button, n) => { button.tabIndex = n ? -1 : 0; });
  bar.addEventListener("keydown", (e) => {
    if (about.contains(e.target)) {
      if (e.key !== "Escape" && !(e.key === "Enter" && !e.ctrlKey)) return;
      described();
    } else if (panel.contains(e.target)) {
      if (e.key === "Escape") leave();
      else if (e.key === "Enter" && !e.ctrlKey && e.target === address) apply();
      else return;
    } else {
      const at = buttons.indexOf(e.target);
      const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key] * (document.dir === "rtl" ? -1 : 1);
      if (e.key === "Home") roving(buttons[0]);
      else if (e.key === "End") roving(buttons.at(-1));
      else if (e.key === "Escape") root.focus();
      else if (step && at >= 0) roving(buttons[(at + step + buttons.length) % buttons.length]);
      else return;
    }
    e.preventDefault();
    e.stopPropagation();
  });
  // A press must not take the cursor out of the text.
  bar.addEventListener("mousedown", (e) => e.target.closest("[data-act]") && e.preventDefault());
  bar.addEventListener("click", (e) => {
    const button = e.target.closest("[data-act]");
    if (button) {
      if (!root.contains(document.activeElement)) editor.restore();
      act(button.dataset.act);
    } else if (e.target.closest("[data-image-done]")) described();
    else if (e.target.closest("[data-link-apply]")) apply();
    else if (e.target.closest("[data-link-remove]")) {
      leave();
      command("unlink");
    }
  });
  return { element: bar, act, describe, close: () => { document.removeEventListener("selectionchange", show); bar.remove(); } };
}
