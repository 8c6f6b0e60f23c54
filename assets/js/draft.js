// Saves what is being written one second after the last key, so that no text is ever lost. Without this the
// form still posts, and a refused form comes back with its text.
import { send } from "./server.js";
import { rich } from "./field.js";

const wait = 1000;
let timer = 0;
let saved = "";
let busy = false;

const formatted = () => (rich() && !rich().isEmpty() ? rich().html() : "");

function content(form) {
  const value = (name) => form.elements[name]?.value ?? "";
  if (form.dataset.draftKind === "ticket") {
    const chosen = form.querySelector("[name=kind]:checked")?.value ?? "";
    const [queue, priority] = [Number(value("queue")) || null, Number(value("priority"))];
    return { kind: chosen, customer: value("customer"), queue, priority, owner: value("owner"), subject: value("subject"), body: value("body"), html: formatted() };
  }
  const kind = form.querySelector("[name=kind]:checked")?.value ?? "reply";
  const f = kind === "forward" ? "f" : "";
  const chip = (name) => form.querySelector(`[name=fx_${name}]:checked`)?.value ?? "";
  const effects = { state: chip("state"), queue: chip("queue"), priority: chip("priority"), tags: chip("tags") };
  const draft = { kind, to: value(`${f}to`), cc: value(`${f}cc`), bcc: value(`${f}bcc`), body: value("body"), html: formatted(), effects };
  if (!f) return draft;
  const ticked = (name) => Boolean(form.elements[name]?.checked);
  return { ...draft, forwarded: value("forwarded"), original: value("original"), bare: ticked("bare"), visible: ticked("visible") };
}

async function save(form) {
  clearTimeout(timer);
  // What is being sent must not come back as a draft, and what has to be decided first is not saved over.
  if (form.dataset.sending || form.querySelector("[data-draft-clash]:not([hidden])")) return;
  const draft = content(form);
  const key = JSON.stringify(draft);
  if (key === saved) return;
  // One at a time, else a page would be told of its own text.
  if (busy) { timer = setTimeout(() => save(form), wait); return; }
  busy = true;
  const state = form.querySelector("[data-draft-state]");
  const known = form.elements.ticket_revision ?? form.elements[draft.kind === "note" ? "note_revision" : "reply_revision"];
  const answer = await send("PUT", form.dataset.draft, { ...draft, base: Number(known.value) });
  busy = false;
  if (answer?.ok) {
    saved = key;
    known.value = (await answer.json()).revision;
  } else if (answer?.status === 409) {
    const told = await answer.json().catch(() => null);
    // Only what another device wrote can be chosen; what else stands in the way is for the page to say.
    if (told?.revision !== undefined) return clash(form, known, told);
  }
  if (state) state.textContent = answer?.ok ? state.dataset.saved : state.dataset.unsaved;
  if (!answer?.ok) timer = setTimeout(() => save(form), 10_000);
}

// The same person wrote something else on another device: both texts are shown, and he chooses.
function clash(form, known, told) {
  clearTimeout(timer);
  const box = form.querySelector("[data-draft-clash]");
  const there = told.text !== null && told.text.trim() !== "";
  box.querySelector("[data-clash-message]").textContent = told.message;
  box.querySelector("[data-clash-text]").textContent = told.text ?? "";
  box.querySelector("[data-clash-other]").hidden = !there;
  box.querySelector("[data-clash-take]").hidden = !there;
  box.hidden = false;
  const state = form.querySelector("[data-draft-state]");
  if (state) state.textContent = state.dataset.unsaved;
  const settle = (text) => {
    box.hidden = true;
    known.value = told.revision;
    if (text !== null && rich()) rich().take(text, told.html);
    else if (text !== null) form.elements.body.value = text;
    saved = "";
    save(form);
  };
  box.querySelector("[data-clash-take]").onclick = () => settle(told.text);
  box.querySelector("[data-clash-keep]").onclick = () => settle(null);
}

const form = document.querySelector("[data-draft]");
if (form) {
  if (form.dataset.draftKind) {
    form.addEventListener("submit", () => { form.dataset.sending = "1"; });
    addEventListener("pageshow", () => delete form.dataset.sending);
  }
  saved = JSON.stringify(content(form));
  form.addEventListener("turnstone:rich", () => { saved = JSON.stringify(content(form)); });
  const later = (e) => {
    if (!e.target.closest?.("[data-draft]") || e.target.matches("[data-no-draft]")) return;
    clearTimeout(timer);
    timer = setTimeout(() => save(form), wait);
  };
  document.addEventListener("input", later);
  document.addEventListener("change", later);
  // Leaving the page may cut the second short.
  document.addEventListener("visibilitychange", () => document.hidden && !form.dataset.sending && save(form));
}
