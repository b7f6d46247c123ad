// A page that is not in a frame gets a service worker: it then works offline, and may use several threads.

import { hasOneThread } from "./device.js";

/** Where the page keeps what the network is wanted for while it is loaded again. */
const WANTED = "explorer-live-asked";
const ACTS = ["pointerdown", "click", "input", "keydown", "wheel", "touchstart", "paste", "drop", "popstate", "hashchange"];
/** Milliseconds after which a reader is taken to be at work, even if only to read. */
const LATE = 15000;

/** Register the service worker, and let it keep what this page was made of. */
export async function keepForLater() {
  if (window.top !== window || !navigator.serviceWorker) return; // a page in a frame is a part of another page
  try {
    await navigator.serviceWorker.register("service_worker.js");
    const { active } = await navigator.serviceWorker.ready;
    const names = performance.getEntriesByType("resource").map(({ name }) => name);
    active?.postMessage([location.href.split("#")[0], ...names]);
  } catch {
    // Without it the page works as long as there is a connection, on one thread.
  }
}

/** Whether the page has one thread, where a page of its own could have several. */
function couldGain() {
  return !window.crossOriginIsolated && navigator.hardwareConcurrency > 1 && !hasOneThread() && window.top === window;
}

/** Whether the page, loaded again, would have several threads. */
export function gains() {
  return Boolean(couldGain() && navigator.serviceWorker?.controller);
}

/**
 * The service worker isolates the page, which then computes on several threads, but only once it is loaded again. That is
 * done at once, if it can be before the reader does anything; else when the network is asked for.
 */
export async function isolateFirst() {
  if (!couldGain() || !navigator.serviceWorker || navigator.serviceWorker.controller) return;
  const asked = location.href;
  let acts = false;
  for (const event of ACTS) addEventListener(event, () => (acts = true), { capture: true, once: true, passive: true });
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (acts || performance.now() > LATE) return;
    history.replaceState(null, "", asked); // also what the page has taken out of its address
    location.reload();
  }, { once: true });
  await navigator.serviceWorker.register("service_worker.js").catch(() => {}); // without it one thread computes
}

/**
 * Load the page again if it would then have several threads.
 * @param {string} purpose what the network is wanted for
 * @param {string} [key] of the part of the page that wants it
 * @returns {Promise<boolean>} whether the page is about to be loaded again
 */
export async function isolate(purpose, key = WANTED) {
  if (!gains()) return false;
  try {
    sessionStorage.setItem(key, purpose);
  } catch {
    return false; // without it the network would not be loaded afterwards
  }
  // Back may show this page again, as it is now: without the network that the other one has.
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  location.reload();
  return true;
}

/**
 * For what the page was loaded again, if it was for the network, which is then to be loaded.
 * @param {string} [key] of the part of the page that wanted it
 * @returns {string | null}
 */
export function wantedFor(key = WANTED) {
  try {
    const purpose = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return purpose;
  } catch {
    return null;
  }
}
