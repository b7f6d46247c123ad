// Views of the explorer in a chapter: a still picture until one comes near it or clicks on it, then the explorer.
// On a phone and from disk the picture stays, and leads to the explorer's own page.
(() => {
  "use strict";

  const HIGHEST = 2000; // pixels
  const WIDE = matchMedia("(min-width: 600px)");
  const saves = Boolean(navigator.connection?.saveData);
  const canFrame = () => WIDE.matches && location.protocol !== "file:";

  function open(figure) {
    if (figure.querySelector("iframe")) return;
    const frame = document.createElement("iframe");
    const { frame: src, title, height } = figure.dataset;
    Object.assign(frame, { src, title, className: "explorer", allow: "clipboard-write" });
    frame.style.height = `${height}px`;
    figure.querySelector(".explore-poster").after(frame);
  }

  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting || !canFrame()) continue;
      near.unobserve(target);
      open(target);
    }
  }, { rootMargin: "200px" });

  for (const figure of document.querySelectorAll("figure.explore[data-frame]")) {
    if (!saves) near.observe(figure);
    figure.querySelector(".explore-poster").addEventListener("click", (event) => {
      if (!canFrame() || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      figure.dataset.focus = "wanted"; // as soon as there is something to see
      open(figure);
    });
  }

  // The explorer tells its height as soon as it shows something.
  addEventListener("message", ({ source, origin, data }) => {
    if (origin !== location.origin || !Number.isFinite(data?.vggvizHeight)) return;
    for (const frame of document.querySelectorAll("figure.explore > iframe")) {
      if (frame.contentWindow !== source) continue;
      frame.style.height = `${Math.min(data.vggvizHeight, HIGHEST)}px`;
      frame.parentElement.classList.add("is-live");
      if (frame.parentElement.dataset.focus) frame.focus();
      delete frame.parentElement.dataset.focus;
    }
  });
})();
