// Open menus close with Escape and by a click elsewhere.
export function menus(root) {
  const open = () => root.querySelectorAll(".menu-more[open], .switcher[open], .sheet[open]");
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  root.addEventListener("click", (event) => {
    for (const menu of open()) {
      const panel = menu.classList.contains("menu-more") ? menu.parentElement : menu;
      if (!panel.contains(event.target)) menu.open = false;
    }
  });
}
