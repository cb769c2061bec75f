// The focal point of a picture: a click writes the two numbers of the form, the numbers move the mark.
const picker = document.querySelector("[data-focus-picker]");
const fields = { x: document.querySelector("#id_x"), y: document.querySelector("#id_y") };

function place(mark, x, y) {
  mark.style.left = `${x}%`;
  mark.style.top = `${y}%`;
}

if (picker && fields.x && fields.y) {
  const mark = picker.querySelector(".bo-focus-mark");
  const follow = () => place(mark, Number(fields.x.value), Number(fields.y.value));
  picker.addEventListener("click", (event) => {
    const box = picker.querySelector("img").getBoundingClientRect();
    fields.x.value = Math.min(100, Math.max(0, ((event.clientX - box.left) / box.width) * 100)).toFixed(1);
    fields.y.value = Math.min(100, Math.max(0, ((event.clientY - box.top) / box.height) * 100)).toFixed(1);
    follow();
  });
  fields.x.addEventListener("input", follow);
  fields.y.addEventListener("input", follow);
  follow();
}

for (const mark of document.querySelectorAll(".bo-focus-mark[data-x]")) {
  place(mark, Number(mark.dataset.x) * 100, Number(mark.dataset.y) * 100);
}
