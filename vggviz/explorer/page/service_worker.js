// Keeps what was seen for a visit without a connection, and isolates the page, which a static host does not.
// It stands at the top of the page's folder, because it may serve only what lies beside or below it.

const STORE = "explorer-files";
const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

const scope = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

scope.addEventListener("install", () => scope.skipWaiting());
scope.addEventListener("activate", (event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener("message", ({ data }) => {
  /** @type {string[]} */
  const names = data;
  // One file that cannot be kept must not lose the others.
  Promise.all(names.filter((name) => isOurs(name) && !name.endsWith(".packed")).map((name) => fetch(name).then((response) => keep(name, response), () => {})));
});
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  // The network's files have a store of their own, which knows how to go on after a break.
  if (request.method !== "GET" || !isOurs(request.url) || request.cache === "no-store") return;
  event.respondWith(answer(request));
});

/** @type {(address: string) => boolean} */
const isOurs = (address) => new URL(address).origin === scope.location.origin;

/** The newest if there is a connection, else what was kept. @type {(request: Request) => Promise<Response>} */
async function answer(request) {
  try {
    const response = await fetch(request);
    if (response.status === 200) keep(request.url, response.clone());
    return isolated(response);
  } catch (problem) {
    const kept = await (await caches.open(STORE)).match(request.url.split("#")[0], { ignoreVary: true });
    if (kept) return isolated(kept);
    throw problem;
  }
}

/** @type {(address: string, response: Response) => Promise<void>} */
async function keep(address, response) {
  if (response.status !== 200) return;
  try {
    await (await caches.open(STORE)).put(address.split("#")[0], response);
  } catch {
    // The store is full: the page goes on, with a connection.
  }
}

/** @type {(response: Response) => Response} */
function isolated(response) {
  if (response.type === "opaque") return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}
