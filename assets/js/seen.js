// Opening a ticket is reading it; the mark is a change, so it is sent, never implied by a GET. What arrives
// while the page is open counts as seen once it was on the screen.
import { send } from "./server.js";

const page = document.querySelector("[data-live-page=ticket]");

// Marks everything up to the last article as read.
export function mark() {
  if (page && !document.hidden) return send("POST", `/tickets/${page.dataset.ticket}/seen`);
}

if (page?.hasAttribute("data-unread")) setTimeout(async () => {
  await mark();
  // What the bell said of this ticket is seen as well.
  if (document.querySelector("[data-bell]")?.textContent) document.dispatchEvent(new CustomEvent("turnstone:refresh", { detail: "around" }));
}, 700);

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const seen = document.querySelector("[data-composer] [name=seen]");
    if (!entry.isIntersecting || document.hidden || !seen) continue;
    const id = Number(entry.target.dataset.article);
    if (id > Number(seen.value)) seen.value = id;
    watcher.unobserve(entry.target);
    document.querySelector("[data-news-mail]")?.setAttribute("hidden", "");
    mark();
  }
}, { threshold: 0.2 });

// Watches an article that came in while the page was open.
export const watch = (article) => watcher.observe(article);
