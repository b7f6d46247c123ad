// A cache of the results used last, so that memory stays bounded.

export class LruCache {
  #capacity;
  /** @type {Map<string, Promise<any>>} */
  #held = new Map();
  /** @type {Map<string, any>} */
  #ready = new Map();

  /** @param {number} capacity how many results are held */
  constructor(capacity) {
    this.#capacity = capacity;
  }

  /**
   * The promise of a result, made if it is not held. One that failed is not held, so it is made again.
   * @template T
   * @param {string} key
   * @param {() => Promise<T>} make
   * @returns {Promise<T>}
   */
  get(key, make) {
    const found = this.#held.get(key) ?? make();
    this.#held.delete(key);
    this.#held.set(key, found);
    found.then(
      (value) => this.#held.get(key) === found && this.#ready.set(key, value),
      () => this.#held.get(key) === found && this.#drop(key),
    );
    [...this.#held.keys()].slice(0, -this.#capacity).forEach((each) => this.#drop(each));
    return found;
  }

  /**
   * The result if it is there, else null.
   * @param {string} key
   * @returns {any}
   */
  atHand(key) {
    return this.#ready.get(key) ?? null;
  }

  /**
   * Forget all whose key begins so.
   * @param {string} start
   */
  forget(start) {
    [...this.#held.keys()].filter((key) => key.startsWith(start)).forEach((key) => this.#drop(key));
  }

  /** @param {string} key */
  #drop(key) {
    this.#held.delete(key);
    this.#ready.delete(key);
  }
}
