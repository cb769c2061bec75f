// Steppers beside a number field, within its bounds.
export function quantities(root) {
  for (const box of root.querySelectorAll("[data-quantity]:not([data-ready])")) {
    box.dataset.ready = "";
    const input = box.querySelector("input");
    for (const button of box.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => {
        if (Number(button.dataset.step) > 0) input.stepUp(); else input.stepDown();
        input.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
  }
}
