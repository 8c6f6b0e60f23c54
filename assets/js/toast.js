// Short confirmations leave by themselves when their undo has run out, or when dismissed.
function start(toast) {
  if (toast.dataset.running) return;
  toast.dataset.running = "1";
  setTimeout(() => toast.remove(), Number(toast.dataset.seconds || 10) * 1000);
}

document.querySelectorAll("[data-toast]").forEach(start);

document.addEventListener("click", (e) => e.target.closest("[data-dismiss]")?.closest("[data-toast]")?.remove());

// Says something short that needs no answer.
export function say(text) {
  const toast = document.createElement("div");
  toast.className = "toast toast-plain";
  toast.dataset.toast = "";
  toast.dataset.seconds = "6";
  toast.append(text);
  document.querySelector(".toasts")?.append(toast);
  start(toast);
}
