// Files by button, drop or paste, each with its progress. They are kept with the draft on the server; without
// script the file field travels with the form instead.
import { send, upload } from "./server.js";
import { say } from "./toast.js";

const limit = 25_000_000;

async function add(form, file) {
  const field = form.querySelector("[data-upload]");
  if (file.size > limit) return say(`${file.name}: ${field.dataset.tooBig}`);
  const item = form.querySelector("[data-upload-item]").content.firstElementChild.cloneNode(true);
  const [name, bar] = [item.querySelector("span"), item.querySelector("progress")];
  name.textContent = file.name || "image.png";
  form.querySelector("[data-upload-list]").append(item);
  form.dataset.uploading = Number(form.dataset.uploading ?? 0) + 1;
  const { ok, answer } = await upload(form.dataset.files, file, (percent) => { bar.value = percent; });
  bar.remove();
  if (!ok) {
    item.remove();
    // What cannot be sent along must not go missing in silence.
    if (waiting?.form === form) waiting = null;
    form.dataset.uploading = Number(form.dataset.uploading) - 1;
    return say(answer?.message ?? `${file.name}: ${field.dataset.tooBig}`);
  }
  item.querySelector("b").textContent = answer.size;
  const button = item.querySelector("button");
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
  files.forEach((file) => add(form, file));
});

for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (e) => {
    const form = document.querySelector("[data-composer]");
    if (!form || !e.dataTransfer?.types.includes("Files")) return;
    // Anywhere on the page: a file dropped beside the box would otherwise replace the page and its text.
    e.preventDefault();
    form.classList.toggle("is-drop", kind === "dragover");
    if (kind === "drop") [...e.dataTransfer.files].forEach((file) => add(form, file));
  });
}

document.addEventListener("click", (e) => {
  const button = e.target.closest("[data-upload-list] button");
  if (!button) return;
  e.preventDefault();
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
  form.dataset.uploading = Number(form.dataset.uploading) - 1;
  if (waiting?.form !== form || form.dataset.uploading !== "0") return;
  const { button } = waiting;
  waiting = null;
  form.requestSubmit(button);
}
