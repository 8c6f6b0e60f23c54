// Files by button, drop or paste, each with its progress. They are kept with the draft on the server; without
// script the file field travels with the form instead.
import { rich } from "./field.js";
import { send, upload, uploadInPieces } from "./server.js";
import { say } from "./toast.js";

const limit = 25_000_000;
// What is larger goes in pieces, so that a broken connection costs the last one at most.
const large = 1_000_000;

const counted = (form, by) => { form.dataset.uploading = Number(form.dataset.uploading ?? 0) + by; };
const images = ["image/png", "image/jpeg", "image/gif", "image/webp"];
// What is larger is no picture that a page shows, and goes as a file.
const largestImage = 5_000_000;

function add(form, file, within) {
  const field = form.querySelector("[data-upload]");
  if (file.size > limit) return say(`${file.name}: ${field.dataset.tooBig}`);
  const item = form.querySelector("[data-upload-item]").content.firstElementChild.cloneNode(true);
  item.querySelector("span").textContent = file.name || "image.png";
  form.querySelector("[data-upload-list]").append(item);
  const inline = Boolean(within && rich() && images.includes(file.type) && file.size <= largestImage);
  item.querySelector("[data-again]").addEventListener("click", () => start(form, item, file, inline));
  start(form, item, file, inline);
}

// One try; after a broken connection the file waits in the list for the next one.
async function start(form, item, file, inline) {
  const [bar, again, button] = ["progress", "[data-again]", ".chip-x"].map((one) => item.querySelector(one));
  [bar.hidden, again.hidden, bar.value] = [false, true, 0];
  const moved = (percent) => { bar.value = percent; };
  item.begun ??= {};
  const running = file.size > large
    ? uploadInPieces(form.dataset.files.replace(/files$/, "uploads"), file, moved, inline, item.begun)
    : upload(form.dataset.files, file, moved, inline);
  button.setAttribute("aria-label", button.dataset.cancel.replace("#", file.name));
  item.cancel = running.cancel;
  counted(form, 1);
  const { ok, answer, broken, cancelled } = await running.sent;
  delete item.cancel;
  if (!ok) {
    // What cannot be sent along must not go missing in silence.
    if (waiting?.form === form) waiting = null;
    counted(form, -1);
    if (broken) {
      [bar.hidden, again.hidden] = [true, false];
      return say(`${file.name}: ${form.querySelector("[data-upload]").dataset.broken}`);
    }
    item.remove();
    if (!cancelled) say(answer?.message ?? `${file.name}: ${form.querySelector("[data-upload]").dataset.tooBig}`);
    return;
  }
  bar.remove();
  again.remove();
  // The form says which files its page shows: no other one is sent along.
  const held = Object.assign(document.createElement("input"), { type: "hidden", name: `held_${answer.id}`, value: "1" });
  if (inline && answer.cid && rich()) {
    item.remove();
    form.append(held);
    rich().image(answer.cid, answer.id);
    return arrived(form);
  }
  item.querySelector("b").textContent = answer.size;
  item.append(held);
  button.dataset.remove = answer.id;
  button.setAttribute("aria-label", answer.remove);
  arrived(form);
}

const composer = (e) => e.target.closest?.("[data-composer]") ?? null;

document.addEventListener("change", (e) => {
  if (!e.target.matches("[data-upload]")) return;
  const files = [...e.target.files];
  e.target.value = "";
  files.forEach((file) => add(composer(e), file));
});

document.addEventListener("paste", (e) => {
  const form = composer(e);
  const files = [...(e.clipboardData?.files ?? [])];
  if (!form || !files.length) return;
  e.preventDefault();
  files.forEach((file) => add(form, file, rich()?.root.contains(e.target)));
});

for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (e) => {
    const form = document.querySelector("[data-composer]");
    if (!form || !e.dataTransfer?.types.includes("Files")) return;
    // Anywhere on the page: a file dropped beside the box would otherwise replace the page and its text.
    e.preventDefault();
    form.classList.toggle("is-drop", kind === "dragover");
    if (kind === "drop") {
      rich()?.point(e);
      [...e.dataTransfer.files].forEach((file) => add(form, file, rich()?.root.contains(e.target)));
    }
  });
}

document.addEventListener("click", (e) => {
  const button = e.target.closest("[data-upload-list] .chip-x");
  if (!button) return;
  e.preventDefault();
  const { cancel } = button.closest("li");
  if (cancel) return cancel();
  const id = button.dataset.remove ?? button.value;
  if (id) send("DELETE", `${composer(e).dataset.files}/${id}`);
  button.closest("li").remove();
});

// Sending while a file is still on its way would send without it: the press is kept until the last one is there.
let waiting = null;

document.addEventListener("submit", (e) => {
  if (Number(e.target.dataset?.uploading ?? 0) === 0) return;
  e.preventDefault();
  e.stopImmediatePropagation();
  waiting = { form: e.target, button: e.submitter };
}, true);

function arrived(form) {
  counted(form, -1);
  if (waiting?.form !== form || form.dataset.uploading !== "0") return;
  const { button } = waiting;
  waiting = null;
  form.requestSubmit(button);
}
