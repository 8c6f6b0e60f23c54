// Single keys, only outside fields and only where the person did not switch them off. `g` waits for a second key.
import { current, move, toggle } from "./list.js";
import { write } from "./composer.js";
import { meant, shown } from "./keymap.js";
import { send } from "./server.js";

const places = { d: "/dashboard", i: "/tickets", s: "/search", ",": "/preferences", a: "/admin" };
const sheet = document.getElementById("keys");
let goUntil = 0;

document.addEventListener("click", (e) => {
  if (!e.target.closest("[data-show-keys]")) return;
  document.getElementById("me-menu")?.hidePopover();
  sheet?.showModal();
});

function press(key) {
  const target = document.querySelector(`main [data-key="${CSS.escape(key)}"]`) ?? document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  target?.click();
  return Boolean(target);
}

async function lock() {
  const row = current();
  if (!row) return press("l");
  await send("POST", `${new URL(row.querySelector(".row-a").href).pathname}/lock`);
  document.dispatchEvent(new Event("turnstone:refresh"));
}

const acts = {
  // On a ticket from a list: to its neighbours there.
  j: () => press("j") || move(1),
  k: () => press("k") || move(-1),
  o: () => current()?.querySelector(".row-a")?.click(),
  x: toggle,
  l: lock,
  r: () => write("reply"),
  n: () => write("note"),
  f: () => write("forward"),
  m: () => press("m"),
  z: () => press("z"),
  c: () => press("c"),
  "/": () => {
    const field = document.querySelector("[data-search]");
    if (field) field.focus();
    else press("/");
  },
  "?": () => sheet?.showModal(),
};

// Quick open comes when it is first wanted, and works in fields too; `loading` keeps a second press from a second one.
let loading = null;
export function quickOpen() {
  loading ??= import("./palette.js");
  loading.then((palette) => palette.open());
}

document.addEventListener("click", (e) => {
  if (!e.target.closest("[data-quick-open]") || e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  quickOpen();
});

addEventListener("keydown", (e) => {
  if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === "k" && document.getElementById("palette")) {
    e.preventDefault();
    return quickOpen();
  }
  const field = e.target.isContentEditable || e.target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select");
  if (field && e.key === "Escape") return e.target.blur();
  if (field || e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented) return;
  if (document.body.dataset.keys !== "on" || document.querySelector("dialog[open], .menu:popover-open")) return;
  const place = Date.now() < goUntil && meant(e.key, Object.keys(places));
  const act = meant(e.key, Object.keys(acts));
  if (place) {
    goUntil = 0;
    location.assign(places[place]);
  } else if (e.key === shown("g")) goUntil = Date.now() + 1000;
  else if (act) acts[act]();
  else return;
  e.preventDefault();
});
