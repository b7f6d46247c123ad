// A click on a figure, or Enter while it has the focus, opens it as large as the window.
// Without this script the same link leads to the picture itself.
(() => {
  "use strict";

  const dialog = document.createElement("dialog");
  dialog.className = "enlarged";
  dialog.setAttribute("aria-label", "Enlarged figure");
  dialog.innerHTML =
    '<button type="button" aria-label="Close the figure">×</button><div tabindex="0"><img alt=""></div>';
  const [button, frame] = dialog.children;
  const picture = frame.firstElementChild;

  function open(link) {
    picture.src = link.href;
    picture.alt = link.querySelector("img").alt;
    dialog.classList.remove("actual-size");
    dialog.showModal();
    button.focus();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.image-reference");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!link || elsewhere) return;
    event.preventDefault();
    open(link);
  });

  // On the picture: its own size and back. Beside it, or on the button: close. Escape closes by itself.
  dialog.addEventListener("click", (event) => {
    if (event.target === picture) dialog.classList.toggle("actual-size");
    else dialog.close();
  });
  dialog.addEventListener("close", () => picture.removeAttribute("src"));

  document.body.append(dialog);
})();
