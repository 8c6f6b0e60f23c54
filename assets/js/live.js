// Live update. One event stream per browser: the tab that holds the lock listens and tells the others. An event
// only says that something changed; the page then fetches itself and swaps the parts that differ, so what is
// shown is always what the server would show, permissions included. Without a stream it asks every 30 seconds.
import { page } from "./server.js";
import { watch } from "./seen.js";

const kind = document.querySelector("[data-live-page]")?.dataset.livePage ?? "other";
const ticket = document.querySelector("[data-ticket]")?.dataset.ticket;
const channel = new BroadcastChannel("turnstone-events");

let busy = false;
let again = false;
let timer = 0;
let due = 0;
// Whether this very page changed, or only what stands around it.
let whole = false;
let polling = 0;

// Events come in bursts; the first waits a moment for the others. Pages that an event does not concern only
// refresh their counters, and rarely.
function soon(delay, around = false) {
  whole ||= !around || kind !== "ticket";
  const at = Date.now() + delay;
  if (timer && due <= at) return;
  clearTimeout(timer);
  due = at;
  timer = setTimeout(() => { timer = 0; refresh(); }, delay);
}

function heard(event) {
  if (event?.presence) return document.dispatchEvent(new CustomEvent("turnstone:presence", { detail: event }));
  if (event?.notice) {
    document.dispatchEvent(new CustomEvent("turnstone:notice", { detail: event }));
    if (kind === "notices") soon(150);
    return;
  }
  if (kind === "other" || kind === "notices") return;
  // Of mail only the pages about mail and the counter beside them show something.
  if (event?.mail && kind !== "recorder") return;
  // A list beside the ticket is a list as any other; nobody sees it on a narrow screen.
  const listed = document.querySelector("[data-beside]")?.checkVisibility();
  if (kind === "ticket" && event?.ticket && event.ticket !== ticket) soon(listed ? 800 : 20_000, true);
  else if (kind === "ticket") soon(150);
  else soon(400);
}

async function refresh() {
  if (busy) { again = true; return; }
  if (document.hidden) { again = true; return; }
  busy = true;
  const address = whole ? location.href : `${location.pathname}/beside${location.search}`;
  const was = whole;
  whole = false;
  const fresh = await page(address);
  busy = false;
  if (fresh) swap(fresh);
  // What was not fetched is still to be shown.
  else { whole ||= was; soon(5_000, !whole); }
  if (again) { again = false; soon(400, !whole); }
  else poll();
}

// What no event tells of is asked for while it is under way.
function poll() {
  if (document.querySelector("[data-poll]")) soon(1_500);
}
poll();

const same = (a, b) => a.isEqualNode(b);

function swap(fresh) {
  for (const old of document.querySelectorAll("[data-live][id]")) {
    const now = fresh.getElementById(old.id);
    if (!now || same(old, now)) continue;
    if (old.id === "rows") rows(old, now);
    else if (old.id === "thread") thread(old, now);
    else if (!old.contains(document.activeElement) && !old.querySelector(":popover-open")) {
      for (const fold of old.querySelectorAll("details[open][id]")) now.querySelector(`#${fold.id}`)?.setAttribute("open", "");
      old.replaceWith(document.adoptNode(now));
    }
  }
  document.dispatchEvent(new Event("turnstone:swapped"));
}

// A list under somebody's hands does not move: known rows are renewed in place and a button offers the rest.
function rows(old, now) {
  const inUse = old.matches(":hover") || old.contains(document.activeElement) || old.querySelector(".ck:checked");
  const order = (list) => [...list.children].map((row) => row.id).join();
  for (const row of now.querySelectorAll("[data-row]")) {
    const known = document.getElementById(row.id);
    if (known?.querySelector(".ck")?.checked) row.querySelector(".ck").checked = true;
    if (inUse && known && !same(known, row) && !known.contains(document.activeElement)) known.replaceWith(document.adoptNode(row.cloneNode(true)));
  }
  const news = document.querySelector("[data-news]");
  if (!inUse || order(old) === order(now)) {
    if (!inUse) old.replaceWith(document.adoptNode(now));
    if (news) news.hidden = true;
  } else if (news) {
    news.textContent = news.dataset.words;
    news.hidden = false;
    news.onclick = () => { document.getElementById("rows").replaceWith(document.adoptNode(now)); news.hidden = true; };
  }
}

// Articles keep their place; open folds and frames are left alone unless the article itself changed.
function thread(old, now) {
  const wanted = [...now.children];
  const ids = new Set(wanted.map((item) => item.id));
  for (const item of [...old.children]) if (!ids.has(item.id)) item.remove();
  let before = null;
  for (const item of wanted) {
    const known = document.getElementById(item.id);
    if (known && (known.querySelector("details[open]") || same(known, item))) { before = known; continue; }
    const fresh = document.adoptNode(item);
    if (known) known.replaceWith(fresh);
    else {
      if (before) before.after(fresh);
      else old.prepend(fresh);
      arrived(fresh);
    }
    before = fresh;
  }
}

function arrived(article) {
  watch(article);
  if (!article.matches(".msg-in")) return;
  const text = document.getElementById("body");
  if (text?.value.trim()) document.querySelector("[data-news-mail]")?.removeAttribute("hidden");
}

function listen() {
  const stream = new EventSource("/events");
  const tell = (e) => {
    const event = JSON.parse(e.data);
    channel.postMessage(event);
    heard({ ...event, leads: true });
  };
  stream.addEventListener("ticket", tell);
  stream.addEventListener("mail", tell);
  stream.addEventListener("presence", tell);
  stream.addEventListener("notice", tell);
  stream.onopen = () => { clearInterval(polling); polling = 0; document.querySelector("[data-live-page]")?.setAttribute("data-live-on", ""); };
  stream.onerror = () => {
    if (!polling) polling = setInterval(() => { channel.postMessage({}); heard({ ticket }); }, 30_000);
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 60_000);
  };
}

channel.onmessage = (e) => heard(e.data);
document.addEventListener("turnstone:refresh", (e) => soon(50, e.detail === "around"));
document.addEventListener("visibilitychange", () => { if (!document.hidden && again) { again = false; soon(50, !whole); } });
addEventListener("pageshow", (e) => e.persisted && soon(50));
// The lock is held for as long as the tab lives; the next tab takes over when it goes.
if (navigator.locks) navigator.locks.request("turnstone-events", () => { listen(); return new Promise(() => {}); });
else listen();
