// How long something takes on this device: told from the first step, and the better the more steps there were.

/** Steps whose time counts. */
const LAST = 16;

export class Pace {
  /** @type {number[]} */
  #times = [];

  /** @param {number} milliseconds of a step; that of the first one of all, which prepares the network, is left out */
  add(milliseconds) {
    this.#times = [...this.#times, milliseconds].slice(-LAST);
  }

  /** Milliseconds of a step; NaN before there was any. */
  step() {
    return this.#times.reduce((sum, each) => sum + each, 0) / this.#times.length;
  }

  /** @param {number} steps that are left @returns {string} empty if that is not known, or nothing */
  left(steps) {
    const milliseconds = steps * this.step();
    return milliseconds > 0 ? `about ${durationText(milliseconds)} left on this device` : "";
  }
}

/** @param {number} milliseconds @returns {string} in round numbers: 3 s, 40 s, 2 min */
export function durationText(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 95) return `${5 * Math.round(seconds / 5)} s`;
  return `${Math.round(seconds / 60)} min`;
}
