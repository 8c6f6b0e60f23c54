// Opening a ticket is reading it; the mark is a change, so it is sent, never implied by a GET. What arrives
// while the page is open counts as seen once it was on the screen.
import { send } from "./server.js";

const page = document.querySelector("[data-live-page=ticket]");

// Marks everything up to the last article as read.
async function mark() {
  if (!page || document.hidden) return;
  await send("POST", `/tickets/${page.dataset.ticket}/seen`);
  // What the bell said of this ticket is seen as well.
  if (document.querySelector("[data-bell]")?.textContent) document.dispatchEvent(new CustomEvent("turnstone:refresh", { detail: "around" }));
}

if (page?.hasAttribute("data-unread")) setTimeout(mark, 700);

const unseen = new Set();

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const seen = document.querySelector("[data-composer] [name=seen]");
    if (!entry.isIntersecting || document.hidden) continue;
    if (entry.target.matches(".msg-in")) {
      const id = Number(entry.target.dataset.article);
      if (seen && id > Number(seen.value)) seen.value = id;
      document.querySelector("[data-news-mail]")?.setAttribute("hidden", "");
    }
    watcher.unobserve(entry.target);
    unseen.delete(entry.target);
    mark();
  }
}, { threshold: 0.2 });

// Watches an article that came in while the page was open.
export function watch(article) {
  unseen.add(article);
  watcher.observe(article);
}

// What came while the page was hidden is looked at again once it is shown.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const article of unseen) {
    watcher.unobserve(article);
    watcher.observe(article);
  }
});
