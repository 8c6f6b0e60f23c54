// The composer: keys choose what is written, Ctrl Enter sends it, with Shift it closes as well, Quote fills in the mail that is answered,
// and the first key in a reply takes a free lock, so that two people do not answer the same customer.
import { send } from "./server.js";
import { field, write as put } from "./field.js";
import { say } from "./toast.js";

const composer = () => document.querySelector("[data-composer]");

// Turns to a kind of writing and puts the cursor into the text.
export function write(kind) {
  const choice = composer()?.querySelector(`[name=kind][value=${kind}]`);
  if (!choice) return;
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  field().focus();
  field().scrollIntoView({ block: "center" });
}

// Enter in a line of the composer presses none of its buttons: the first one is nobody's choice.
document.addEventListener("keydown", (e) => {
  if (e.key === "Enter" && !e.ctrlKey && !e.metaKey && e.target.matches?.("[data-composer] input:not([type=checkbox], [type=radio], [type=file])")) e.preventDefault();
});

document.addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey)) return;
  const form = e.target.closest?.("[data-composer]");
  if (!form) return;
  e.preventDefault();
  const kind = form.querySelector("[name=kind]:checked")?.value;
  const button = { note: ".co-note", forward: ".co-forward" }[kind];
  const close = e.shiftKey && kind === "reply" && form.querySelector("button[name=then][value=close]");
  if (close) return form.requestSubmit(close);
  form.requestSubmit(form.querySelector(button ?? ".split > .btn, .co-send") ?? form.querySelector(".co-note"));
});

// A second press while the first is under way must not send twice.
document.addEventListener("submit", (e) => {
  const form = e.target.closest("[data-composer]");
  if (!form) return;
  if (form.dataset.sending) return e.preventDefault();
  form.dataset.sending = "1";
  setTimeout(() => delete form.dataset.sending, 8000);
});
addEventListener("pageshow", () => composer() && delete composer().dataset.sending);

// The send button names whom it sends to.
document.addEventListener("input", (e) => {
  const form = e.target.closest?.("[data-composer]");
  const label = form?.querySelector("[data-send-label]");
  if (!label || !["to", "cc", "bcc"].includes(e.target.name)) return;
  const list = (name) => (form.elements[name]?.value ?? "").split(/[,;]/).filter((one) => one.includes("@"));
  const part = (pattern, n) => (n ? pattern.replace("#", n) : "");
  const to = list("to");
  const first = to[0]?.match(/<([^>]*)>/)?.[1] ?? to[0]?.trim();
  const { plain, to: whom, more, cc, bcc } = label.dataset;
  const named = [whom.replace("#", () => first), part(more, to.length - 1)].filter(Boolean).join(" ");
  const copies = [part(cc, list("cc").length), part(bcc, list("bcc").length)].filter(Boolean);
  label.textContent = first ? [named, ...copies].join(", ") : plain;
});

// So does the salutation: who is not the customer is not called by his name.
document.addEventListener("input", (e) => {
  const words = e.target.name === "to" && e.target.closest("[data-composer]")?.querySelector("[data-salutation]");
  if (!words) return;
  const named = e.target.value.toLowerCase().split(/[\s,;<>]+/);
  const present = words.dataset.salutation.split(" ").some((address) => address && named.includes(address));
  [...words.children].forEach((line, i) => (line.hidden = present === Boolean(i)));
});

let asked = false;
document.addEventListener("input", async (e) => {
  const form = e.target.closest?.("[data-composer]");
  if (!form || asked || e.target.name !== "body" || form.querySelector("[name=kind]:checked")?.value !== "reply") return;
  asked = true;
  if (form.querySelector(".co-other")) return;
  const answer = await send("POST", form.dataset.lock);
  if (answer?.status === 409) say((await answer.json()).message);
  document.dispatchEvent(new Event("turnstone:refresh"));
});

// What is selected in a message, before a press on Quote takes the selection away.
let chosen = null;
document.addEventListener("pointerdown", (e) => {
  const selection = e.target.closest?.("[data-quote]") && getSelection();
  const words = selection ? selection.toString().trim() : "";
  chosen = words && selection.anchorNode?.parentElement?.closest("[data-article]") ? { words, node: selection.anchorNode } : null;
});

document.addEventListener("click", (e) => {
  const link = e.target.closest("[data-quote]");
  const article = link && document.querySelector(`[data-article="${CSS.escape(link.dataset.quote)}"]`);
  const text = document.getElementById("body");
  if (!article || !text || !link.dataset.intro) return;
  e.preventDefault();
  const part = chosen && article.contains(chosen.node) && chosen.words;
  const lines = part ? part.split("\n") : [...article.querySelectorAll(".mail")].map((part) => part.innerText.trim()).join("\n\n").split("\n");
  const quote = `${link.dataset.intro}\n${lines.map((line) => (line ? `> ${line}` : ">")).join("\n")}\n\n`;
  write("reply");
  put(field(), quote);
});
