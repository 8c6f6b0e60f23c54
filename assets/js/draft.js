// Saves what is being written one second after the last key, so that no text is ever lost. Without this the
// form still posts, and a refused form comes back with its text.
import { send } from "./server.js";

const wait = 1000;
let timer = 0;
let saved = "";

function content(form) {
  const value = (name) => form.elements[name]?.value ?? "";
  const kind = form.querySelector("[name=kind]:checked")?.value ?? "reply";
  const f = kind === "forward" ? "f" : "";
  const draft = { kind, to: value(`${f}to`), cc: value(`${f}cc`), bcc: value(`${f}bcc`), body: value("body") };
  if (!f) return draft;
  const ticked = (name) => Boolean(form.elements[name]?.checked);
  return { ...draft, forwarded: value("forwarded"), original: value("original"), bare: ticked("bare"), visible: ticked("visible") };
}

async function save(form) {
  clearTimeout(timer);
  // What is being sent must not come back as a draft.
  if (form.dataset.sending) return;
  const draft = content(form);
  const key = JSON.stringify(draft);
  if (key === saved) return;
  const state = form.querySelector("[data-draft-state]");
  const answer = await send("PUT", form.dataset.draft, draft);
  if (answer?.ok) saved = key;
  if (state) state.textContent = answer?.ok ? state.dataset.saved : state.dataset.unsaved;
  if (!answer?.ok) timer = setTimeout(() => save(form), 10_000);
}

const form = document.querySelector("[data-draft]");
if (form) {
  saved = JSON.stringify(content(form));
  const later = (e) => {
    if (!e.target.closest?.("[data-draft]")) return;
    clearTimeout(timer);
    timer = setTimeout(() => save(form), wait);
  };
  document.addEventListener("input", later);
  document.addEventListener("change", later);
  // Leaving the page may cut the second short.
  document.addEventListener("visibilitychange", () => document.hidden && !form.dataset.sending && save(form));
}
