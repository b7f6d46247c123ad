// In a chapter the explorer shows the maps and one view beside them, without its controls.

/** What can be shown beside the maps. */
const SHOWN = ["map", "grid", "passport", "cell", "answer"];

/**
 * What an address asks to be shown in a chapter; null for the whole explorer.
 * @param {string} search "?embed=cell"
 * @returns {string | null}
 */
export function embedded(search) {
  const asked = new URLSearchParams(search).get("embed");
  if (!asked) return null;
  return SHOWN.includes(asked) ? asked : "map";
}

/**
 * Leave out what a chapter does not show, and the layout of a whole screen: it depends on the screen's height.
 * @param {string} search of the page's address
 */
export function prepareEmbed(search) {
  const asked = embedded(search);
  if (!asked) return;
  document.querySelector('link[href="styles/layout.css"]')?.remove();
  document.body.dataset.embed = asked;
}

/**
 * Tell the chapter how high the view is, now and whenever it changes.
 * @param {HTMLElement} root
 */
export function tellHeight(root) {
  if (!document.body.dataset.embed || window.parent === window) return;
  const tell = () => {
    const vggvizHeight = Math.ceil(root.getBoundingClientRect().height) + 2; // the frame's border
    window.parent.postMessage({ vggvizHeight }, location.origin);
  };
  new ResizeObserver(tell).observe(root); // observing tells at once
}
