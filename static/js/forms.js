// Forms: focus on what is wrong, checks after leaving a field, one press of the order button, printing, looking again.
export function forms(root) {
  root.querySelector("[data-focus]")?.focus();
  for (const form of root.querySelectorAll("[data-checkout]:not([data-ready])")) {
    form.dataset.ready = "";
    form.addEventListener("focusout", ({ target }) => {
      if (!target.matches?.(".input") || (!target.value && !target.hasAttribute("aria-invalid"))) return;
      if (target.checkValidity()) target.removeAttribute("aria-invalid");
      else target.setAttribute("aria-invalid", "true");
    });
    form.addEventListener("submit", () => {
      const button = form.querySelector("[data-once]");
      // Disabled after the browser has taken the form; enabled again when the page comes back from the history.
      if (button) setTimeout(() => { button.disabled = true; });
    });
    addEventListener("pageshow", () => { for (const button of form.querySelectorAll("[data-once]")) button.disabled = false; });
  }
  for (const button of root.querySelectorAll("[data-print]:not([data-ready])")) {
    button.dataset.ready = "";
    button.addEventListener("click", () => print());
  }
  const waiting = root.querySelector("[data-refresh]:not([data-ready])");
  if (waiting) {
    waiting.dataset.ready = "";
    setTimeout(() => location.reload(), Number(waiting.dataset.refresh) * 1000);
  }
}
