// A finger that is drawn across something that lies across, to the next thing or the one before.

/** Pixels that a finger goes at least, and how much farther across than down. */
const [FAR, STEEP] = [40, 2];

/**
 * Which way a finger went.
 * @param {{x: number, y: number}} from
 * @param {{x: number, y: number}} to
 * @returns {-1 | 0 | 1} 1 for the next, as the finger pulls it in from the right; 0 if it was no swipe
 */
export function swipeBetween(from, to) {
  const [across, down] = [to.x - from.x, to.y - from.y];
  if (Math.abs(across) < FAR || Math.abs(across) < STEEP * Math.abs(down)) return 0;
  return across < 0 ? 1 : -1;
}

/**
 * A swipe is no click on where it began.
 * @param {HTMLElement} root its CSS leaves what goes across to the page (touch-action: pan-y)
 * @param {(by: -1 | 1) => void} swiped
 */
export function listenForSwipe(root, swiped) {
  /** @type {{id: number, x: number, y: number} | null} */
  let from = null;
  let isClickOver = false;
  root.addEventListener("pointerdown", ({ pointerType, pointerId, isPrimary, clientX, clientY }) => {
    isClickOver = false;
    from = pointerType === "mouse" || !isPrimary ? null : { id: pointerId, x: clientX, y: clientY };
  });
  root.addEventListener("pointercancel", () => { from = null; });
  root.addEventListener("pointerup", ({ pointerId, clientX, clientY }) => {
    const by = from?.id === pointerId ? swipeBetween(from, { x: clientX, y: clientY }) : 0;
    from = null;
    if (!by) return;
    isClickOver = true;
    swiped(by);
  });
  root.addEventListener("click", (event) => {
    if (isClickOver) event.stopPropagation();
    isClickOver = false;
  }, { capture: true });
}
