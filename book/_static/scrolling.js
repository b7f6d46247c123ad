// What is wider than its column scrolls in its own box; while it does, the keyboard can reach it too.
(() => {
  "use strict";

  const watcher = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const box of document.querySelectorAll(".bd-article table, .bd-article div.math")) {
    watcher.observe(box);
    for (const part of box.children) watcher.observe(part); // formulas are set later
  }
})();
