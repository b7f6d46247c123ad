// Paper is white and cannot be opened: a page is printed in the light theme, and with its folded code.
(() => {
  "use strict";

  const { dataset } = document.documentElement;
  let theme;
  let opened = [];
  addEventListener("beforeprint", () => {
    theme = dataset.theme;
    dataset.theme = "light";
    opened = [...document.querySelectorAll("details.folded-code:not([open])")];
    for (const code of opened) code.open = true;
  });
  addEventListener("afterprint", () => {
    dataset.theme = theme;
    for (const code of opened) code.open = false;
  });
})();
