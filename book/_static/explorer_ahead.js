// Registers the explorer's service worker before a reader goes there. It isolates the explorer's page, which then computes
// on several threads. Registered by that page itself, it would come too late for it: the page would be loaded again.
(() => {
  "use strict";

  const link = document.querySelector("a[href*='/explorers/']");
  if (!link || !navigator.serviceWorker) return;
  const worker = new URL("service_worker.js", link.href);
  // Without it the explorer registers its own.
  addEventListener("load", () => navigator.serviceWorker.register(worker).catch(() => {}));
})();
