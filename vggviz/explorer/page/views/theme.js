// In a frame of a page that has its own switch for light and dark, the page's choice holds.

/** @param {HTMLElement} root */
export function followTheme(root) {
  /** @type {HTMLElement | null} */
  let outer;
  try {
    outer = window.parent === window ? null : window.parent.document.documentElement;
  } catch {
    return; // a page of another host: its theme cannot be read
  }
  if (!outer) return;
  const { dataset } = outer;
  const follow = () => {
    const { theme } = dataset;
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  follow();
  new MutationObserver(follow).observe(outer, { attributes: true, attributeFilter: ["data-theme"] });
}
