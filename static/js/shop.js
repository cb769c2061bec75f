// What makes the shop smoother. Every page works without any of it; each module attaches by data- attributes.
import { quantities } from "./quantity.js";
import { filters } from "./filters.js";
import { galleries } from "./gallery.js";
import { basket } from "./basket.js";
import { forms } from "./forms.js";
import { menus } from "./menus.js";

document.documentElement.classList.add("js");

const parts = [quantities, filters, galleries, basket, forms];

function attach(root) {
  for (const part of parts) part(root);
}

attach(document);
menus(document);
// htmx brings new pieces of the page: what it swapped in gets the same treatment, and the heading gets the news.
document.addEventListener("htmx:afterSettle", (event) => attach(event.detail.elt.isConnected ? event.detail.elt : document));
