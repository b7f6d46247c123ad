// What is wider than its column scrolls in its own box; while it does, the keyboard can reach it too.
(() => {
  "use strict";

  const BOXES = ".bd-article table, .bd-article div.math";
  const watcher = new ResizeObserver((entries) => {
    const boxes = [...new Set(entries.map(({ target }) => target.closest(BOXES)))];
    // all is read before anything is written, lest the page be laid out anew for each box
    const wide = boxes.map((box) => box.scrollWidth > box.clientWidth);
    boxes.forEach((box, number) => {
      if (wide[number]) box.tabIndex = 0;
      else if (box !== document.activeElement) box.removeAttribute("tabindex"); // that would lose the focus
    });
  });
  for (const box of document.querySelectorAll(BOXES)) {
    box.tabIndex = 0; // until it is measured: a phone lays out only what is near the view
    watcher.observe(box);
    for (const part of box.children) watcher.observe(part); // formulas are set later
  }
})();
