// Errors that are handled apart from others.

/** A newer image took the place of the one that was waited for; nothing went wrong. */
export class Superseded extends Error {}

/**
 * @param {unknown} thrown anything may be thrown
 * @returns {Error}
 */
export function asError(thrown) {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
