// Who else is here. Each window tells that somebody looks or writes; the event stream says who the others are.
// Without this the page says who was here when it was opened.
import { send } from "./server.js";
import { say } from "./toast.js";

const ticket = document.querySelector("[data-live-page=ticket]")?.dataset.ticket;
const tab = Math.random().toString(36).slice(2);
const every = 20_000;
const quiet = 15_000;
let doing = null;
let timer = 0;
let leaving = 0;

function tell(now) {
  if (!ticket || now === doing) return;
  doing = now;
  send("PUT", `/tickets/${ticket}/presence`, { doing, tab });
}

// Still here: whoever is not heard of for a while has gone.
function again() {
  const now = doing;
  doing = undefined;
  tell(now);
}

if (ticket) {
  const here = () => tell(document.hidden ? null : "viewing");
  here();
  setInterval(() => doing && again(), every);
  document.addEventListener("visibilitychange", here);
  addEventListener("pagehide", () => tell(null));
  addEventListener("pageshow", here);
  document.addEventListener("input", (e) => {
    if (e.target.name !== "body" || !e.target.closest("[data-composer]")) return;
    tell("writing");
    clearTimeout(timer);
    timer = setTimeout(here, quiet);
  });
}

function line(box, { face, doing: does }) {
  const one = document.createElement("p");
  one.className = "typing";
  const circle = document.createElement("span");
  circle.className = `av av-${face.hue}`;
  circle.title = face.name;
  circle.ariaHidden = "true";
  circle.append(face.initials);
  const words = document.createElement("span");
  const [before, after] = box.dataset[does].split("#");
  const name = document.createElement("b");
  name.append(face.name);
  words.append(before, name, after ?? "");
  if (does === "writing") {
    const dots = document.createElement("span");
    dots.className = "dots";
    dots.ariaHidden = "true";
    dots.append(...[1, 2, 3].map(() => document.createElement("i")));
    words.append(dots);
  }
  one.append(circle, words);
  return one;
}

document.addEventListener("turnstone:presence", ({ detail }) => {
  const box = document.querySelector("[data-presence]");
  if (!box || detail.ticket !== ticket) return;
  clearTimeout(leaving);
  const draw = () => box.replaceChildren(...detail.who.map((who) => line(box, who)));
  // Whoever sends or reloads is gone for an instant: lines do not jump because of that.
  if (detail.who.length < box.childElementCount) leaving = setTimeout(draw, 1_500);
  else draw();
});

// Whoever loses the ticket while he writes hears of it before he presses Send.
const lock = () => document.getElementById("tk-meta")?.dataset;
let before = lock()?.lock;
document.addEventListener("turnstone:swapped", () => {
  const now = lock();
  const form = document.querySelector("[data-composer]");
  if (form && before === "mine" && now?.lock === "other") say(form.dataset.taken.replace("#", () => now.holder));
  before = now?.lock;
});
