// The reader's own image, kept in this browser for the next visit, until they forget it.

/** @typedef {{levels: Uint8ClampedArray, title: string}} KeptImage   RGB, in the size of the network's input */

const STORE = "images";

export class ImageKeeper {
  #base;

  /** @param {string} base address of the explorer: each one keeps its own */
  constructor(base) {
    this.#base = base;
  }

  /** @returns {Promise<KeptImage | null>} null too where the browser keeps nothing */
  kept() {
    return this.#do("readonly", (store) => store.get(this.#base)).then((found) => found ?? null, () => null);
  }

  /** @param {KeptImage} image @returns {Promise<boolean>} whether the browser has taken it */
  keep(image) {
    return this.#do("readwrite", (store) => store.put(image, this.#base)).then(() => true, () => false);
  }

  forget() {
    return this.#do("readwrite", (store) => store.delete(this.#base)).catch(() => {});
  }

  /** @type {(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest) => Promise<any>} */
  async #do(mode, act) {
    const opening = indexedDB.open("explorer-own-image", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    const database = await finished(opening);
    try {
      return await finished(act(database.transaction(STORE, mode).objectStore(STORE)));
    } finally {
      database.close();
    }
  }
}

/** @type {<T>(request: IDBRequest<T>) => Promise<T>} */
function finished(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
