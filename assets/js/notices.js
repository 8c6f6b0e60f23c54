// What an agent is told while he works: a line in the corner and the count at the bell; where he allowed it and has no
// window of ours before him, a message of his system. All of it stands on the page /notices as well.
import { send } from "./server.js";

const page = document.querySelector("[data-live-page]");
const shown = new BroadcastChannel("turnstone-told");
const choice = "turnstone-system-notices";
const most = 3;
const seconds = 8;
const waiting = new Map();

function count(n) {
  for (const bell of document.querySelectorAll("[data-bell]")) {
    const unit = document.createElement("span");
    unit.className = "vh";
    unit.append(` ${bell.dataset.unit}`);
    bell.replaceChildren(...(n ? [n, unit] : []));
  }
}

function line(told) {
  const box = document.getElementById("told");
  if (!box) return;
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.toast = "";
  toast.dataset.about = told.url;
  const link = document.createElement("a");
  link.href = told.url;
  link.append(told.text);
  if (told.title) {
    const title = document.createElement("b");
    title.append(told.title);
    link.append(" ", title);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn-bare btn-i btn-s";
  close.dataset.dismiss = "";
  close.ariaLabel = box.dataset.dismissLabel;
  close.append("\u00d7");
  toast.append(link, close);
  for (const old of box.children) if (old.dataset.about === told.url) old.remove();
  box.append(toast);
  while (box.childElementCount > most) box.firstElementChild.remove();
  setTimeout(() => toast.remove(), seconds * 1000);
}

const allowed = () => "Notification" in window && Notification.permission === "granted" && localStorage.getItem(choice) === "on";

function system(told) {
  try {
    const note = new Notification(told.text, { body: told.title, tag: told.url, lang: document.documentElement.lang });
    note.onclick = () => { window.focus(); location.assign(told.url); };
  } catch { /* Some systems show none from a page: the bell has it. */ }
}

document.addEventListener("turnstone:notice", ({ detail: told }) => {
  count(told.unread);
  if (!document.hasFocus()) {
    // One window speaks for all, and only where no other shows it already.
    if (told.leads && allowed()) waiting.set(told.id, setTimeout(() => { waiting.delete(told.id); system(told); }, 500));
    if (!document.hidden) line(told);
    return;
  }
  shown.postMessage(told.id);
  if (!told.ticket || page?.dataset.ticket !== told.ticket) return line(told);
  // He has it before him. An article is seen once it was on the screen; what is about none, now.
  if (told.url.includes("#")) return;
  send("POST", `/tickets/${told.ticket}/told`).then(() => document.dispatchEvent(new CustomEvent("turnstone:refresh", { detail: "around" })));
});

shown.onmessage = ({ data: id }) => { clearTimeout(waiting.get(id)); waiting.delete(id); };

// The button in the preferences: nobody is asked unbidden.
const box = document.querySelector("[data-system]");
if (box && "Notification" in window) {
  const button = box.querySelector("[data-system-switch]");
  const state = box.querySelector("[data-system-state]");
  const draw = () => {
    const refused = Notification.permission === "denied";
    button.hidden = refused;
    button.textContent = allowed() ? box.dataset.end : box.dataset.allow;
    state.textContent = refused ? box.dataset.refused : allowed() ? box.dataset.on : box.dataset.off;
  };
  button.addEventListener("click", async () => {
    if (allowed()) localStorage.removeItem(choice);
    else if ((await Notification.requestPermission()) === "granted") localStorage.setItem(choice, "on");
    draw();
  });
  draw();
  box.hidden = false;
}
