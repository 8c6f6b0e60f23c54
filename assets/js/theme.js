// Switches between light and dark at once and remembers the choice with the person's preferences.
import { send } from "./server.js";

const root = document.documentElement;

document.addEventListener("click", (e) => {
  if (!e.target.closest("[data-theme-toggle]")) return;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  send("PUT", "/preferences/theme", { theme: root.dataset.theme });
});

document.addEventListener("change", (e) => {
  if (e.target.name !== "theme") return;
  if (e.target.value === "system") delete root.dataset.theme;
  else root.dataset.theme = e.target.value;
});
