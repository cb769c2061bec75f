// Filters apply as soon as they are changed; empty fields stay out of the address.
export function filters(root) {
  for (const form of root.querySelectorAll("[data-filters]:not([data-ready])")) {
    form.dataset.ready = "";
    form.addEventListener("change", () => form.requestSubmit());
    form.addEventListener("htmx:configRequest", (event) => {
      if (event.detail.elt !== form) return;
      for (const name of ["min_price", "max_price"]) {
        if (event.detail.formData.get(name) === "") event.detail.formData.delete(name);
      }
    });
    // The sheet is opened by the address; after a swap it stays open, because the address still names it.
  }
}
