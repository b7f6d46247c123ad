// What was asked for lately, so that it is not asked for again; memory stays bounded.

/**
 * @param {number} capacity how many results are held
 */
export function createLru(capacity) {
  const held = new Map();
  const ready = new Map();
  const drop = (key) => {
    held.delete(key);
    ready.delete(key);
  };

  return {
    /**
     * The promise of a result, made if it is not held. One that failed is not held, so it can be asked for again.
     * @template T
     * @param {string} key
     * @param {() => Promise<T>} make
     * @returns {Promise<T>}
     */
    get(key, make) {
      const found = held.get(key) ?? make();
      held.delete(key);
      held.set(key, found);
      found.then(
        (value) => held.get(key) === found && ready.set(key, value),
        () => held.get(key) === found && drop(key),
      );
      [...held.keys()].slice(0, -capacity).forEach(drop);
      return found;
    },
    /** The result if it is there, else null. @param {string} key */
    atHand: (key) => ready.get(key) ?? null,
    /** Forget all whose key begins so. @param {string} start */
    forget: (start) => [...held.keys()].filter((key) => key.startsWith(start)).forEach(drop),
  };
}
