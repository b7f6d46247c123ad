// Pointing at a picture: a mouse that moves over it, a tap, a finger that holds, a double tap.

/**
 * @import { Pair } from "../state/types.js"
 * @typedef {object} Listener   places are shares of the height and of the width
 * @property {(place: Pair | null) => void} point
 * @property {(place: Pair) => void} choose
 * @property {(place: Pair | null, at: {x: number, y: number}) => void} hold   a finger stays; null when it is lifted
 * @property {() => void} enlarge
 */

/** Milliseconds after which a finger holds, and between the taps of a double tap; pixels that are no movement. */
const [HOLD, TWICE, STILL] = [350, 400, 12];

/**
 * @param {HTMLElement} element
 * @param {Listener} on
 */
export function listenForPointing(element, on) {
  new Pointing(element, on);
}

class Pointing {
  #element;
  #on;
  /** The finger on it. @type {{id: number, x: number, y: number, timer: number, holds: boolean} | null} */
  #finger = null;
  #tapped = -Infinity;

  /**
   * @param {HTMLElement} element
   * @param {Listener} on
   */
  constructor(element, on) {
    this.#element = element;
    this.#on = on;
    element.addEventListener("pointerdown", (event) => this.#press(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    element.addEventListener("pointerup", (event) => this.#lift(event));
    element.addEventListener("pointercancel", () => this.#cancel());
    element.addEventListener("pointerleave", () => this.#finger?.holds || on.point(null));
    element.addEventListener("dblclick", (event) => event.preventDefault());
    element.addEventListener("contextmenu", (event) => this.#finger && event.preventDefault());
    // A finger that holds points; one that does not may scroll the page.
    element.addEventListener("touchmove", (event) => this.#finger?.holds && event.preventDefault(), { passive: false });
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.pointerType === "mouse") {
      if (event.button === 0) this.#tap(event);
      return;
    }
    this.#cancel();
    const { pointerId: id, clientX: x, clientY: y } = event;
    const timer = window.setTimeout(() => this.#hold(), HOLD);
    this.#finger = { id, x, y, timer, holds: false };
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (event.pointerType === "mouse") return this.#on.point(this.#placeOf(event));
    const finger = this.#finger;
    if (!finger || finger.id !== event.pointerId) return;
    if (finger.holds) this.#on.hold(this.#placeOf(event), { x: event.clientX, y: event.clientY });
    else if (Math.hypot(event.clientX - finger.x, event.clientY - finger.y) > STILL) this.#cancel();
  }

  #hold() {
    const finger = this.#finger;
    if (!finger) return;
    finger.holds = true;
    this.#element.setPointerCapture(finger.id);
    this.#on.hold(this.#placeOf({ clientX: finger.x, clientY: finger.y }), finger);
  }

  /** @param {PointerEvent} event */
  #lift(event) {
    const finger = this.#finger;
    if (!finger || finger.id !== event.pointerId) return;
    this.#cancel();
    if (finger.holds) this.#on.choose(this.#placeOf(event));
    else this.#tap(event);
  }

  /** @param {PointerEvent} event */
  #tap(event) {
    const isSecond = event.timeStamp - this.#tapped < TWICE;
    this.#tapped = isSecond ? -Infinity : event.timeStamp;
    this.#on.choose(this.#placeOf(event));
    if (isSecond) this.#on.enlarge();
  }

  #cancel() {
    const finger = this.#finger;
    if (!finger) return;
    clearTimeout(finger.timer);
    this.#finger = null;
    if (finger.holds) this.#on.hold(null, finger);
  }

  /** @type {(at: {clientX: number, clientY: number}) => Pair} */
  #placeOf({ clientX, clientY }) {
    const area = this.#element.getBoundingClientRect();
    return [within((clientY - area.top) / area.height), within((clientX - area.left) / area.width)];
  }
}

/** Below 1, so that it lies in the last cell. @type {(share: number) => number} */
const within = (share) => Math.min(Math.max(share, 0), 1 - 1e-9);
