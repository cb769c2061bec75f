// A changed quantity is sent by itself, a moment after the last click.
export function basket(root) {
  for (const form of root.querySelectorAll("[data-line]:not([data-ready])")) {
    form.dataset.ready = "";
    let waiting = 0;
    form.addEventListener("change", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => form.requestSubmit(), 350);
    });
  }
}
