// A page of its own is put under a service worker: it then works offline, and may use several threads.

const ASKED = "explorer-live-asked";

/** Register the service worker, and let it keep what this page was made of. */
export async function keepForLater() {
  if (window.top !== window || !navigator.serviceWorker) return; // a frame's page belongs to another
  try {
    await navigator.serviceWorker.register("service_worker.js");
    const { active } = await navigator.serviceWorker.ready;
    const names = performance.getEntriesByType("resource").map(({ name }) => name);
    active?.postMessage([location.href.split("#")[0], ...names]);
  } catch {
    // Without it the page works as long as there is a connection, on one thread.
  }
}

/**
 * Load the page again if it would then have several threads.
 * @returns {Promise<boolean>} whether the page is about to be loaded again
 */
export async function isolate() {
  const gains = !window.crossOriginIsolated && navigator.hardwareConcurrency > 1;
  if (!gains || !navigator.serviceWorker?.controller || window.top !== window) return false;
  try {
    sessionStorage.setItem(ASKED, "yes");
  } catch {
    return false; // it would not be known afterwards what was asked
  }
  location.reload();
  return true;
}

/** Whether the network was asked for before the page was loaded again. @returns {boolean} */
export function wasAsked() {
  try {
    const asked = sessionStorage.getItem(ASKED) === "yes";
    sessionStorage.removeItem(ASKED);
    return asked;
  } catch {
    return false;
  }
}
