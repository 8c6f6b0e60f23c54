// The details panel saves each choice at once. A waiting state first asks for its date.
document.addEventListener("change", (e) => {
  const form = e.target.closest?.("[data-autosubmit]");
  if (!form) return;
  const state = form.querySelector("[data-state]");
  const pending = state?.selectedOptions[0]?.hasAttribute("data-pending");
  const until = form.elements.until;
  if (e.target === state && pending && !until.value) return until.focus();
  if (e.target === until && !(pending && until.value)) return;
  form.requestSubmit();
});

document.addEventListener("click", (e) => {
  const link = e.target.closest("[data-show-html]");
  const fold = link && document.getElementById(`html-${link.dataset.showHtml}`);
  if (!fold) return;
  e.preventDefault();
  fold.open = true;
  link.closest(".menu")?.hidePopover();
  fold.scrollIntoView({ block: "nearest" });
});
