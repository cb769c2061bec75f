// Thumbnails slide the strip without moving the page, and the current one is marked.
export function galleries(root) {
  for (const gallery of root.querySelectorAll("[data-gallery]:not([data-ready])")) {
    gallery.dataset.ready = "";
    const strip = gallery.querySelector(".gallery-strip");
    const thumbs = [...gallery.querySelectorAll(".gallery-thumbs a")];
    const slides = [...strip.children];
    thumbs.forEach((thumb, index) => thumb.addEventListener("click", (event) => {
      event.preventDefault();
      strip.scrollTo({ left: slides[index].offsetLeft - strip.offsetLeft });
    }));
    const watch = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        const shown = slides.indexOf(entry.target);
        thumbs.forEach((thumb, index) => index === shown ? thumb.setAttribute("aria-current", "true") : thumb.removeAttribute("aria-current"));
      }
    }, { root: strip, threshold: 0.6 });
    slides.forEach((slide) => watch.observe(slide));
  }
}
