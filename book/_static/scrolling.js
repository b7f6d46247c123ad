// What is wider than its column scrolls in its own box; while it does, the keyboard can reach it too.
(() => {
  "use strict";

  const watcher = new ResizeObserver((entries) => {
    // all is read before anything is written, lest the page be laid out anew for each box
    const wide = entries.map(({ target }) => target.scrollWidth > target.clientWidth);
    entries.forEach(({ target }, number) => {
      if (wide[number]) target.tabIndex = 0;
      else if (target.hasAttribute("tabindex")) target.removeAttribute("tabindex");
    });
  });
  for (const box of document.querySelectorAll(".bd-article table, .bd-article div.math")) {
    watcher.observe(box);
    for (const part of box.children) watcher.observe(part); // formulas are set later
  }
})();
