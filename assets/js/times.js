// Keeps "4 min" true while a page stays open. Older times stay the dates the server wrote.
const words = (document.body.dataset.agoWords ?? "").split("|");

function refresh() {
  const now = Date.now();
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const minutes = Math.floor((now - Date.parse(time.dateTime)) / 60_000);
    if (!(minutes >= 0 && minutes < 24 * 60) || words.length < 3) continue;
    const text = minutes < 1 ? words[0] : minutes < 60 ? words[1].replace("#", minutes) : words[2].replace("#", Math.floor(minutes / 60));
    if (time.textContent !== text) time.textContent = text;
  }
}

setInterval(() => document.hidden || refresh(), 30_000);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
