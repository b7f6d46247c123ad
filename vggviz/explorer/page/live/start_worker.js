// Starts workers.

/**
 * A worker under the page's own rules: one that is started from a file of its own would not have them, and might
 * connect to another host.
 * @param {URL} script
 */
export function startWorker(script) {
  const source = new Blob([`importScripts(${JSON.stringify(script.href)});`], { type: "text/javascript" });
  const address = URL.createObjectURL(source);
  const worker = new Worker(address);
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return worker;
}
