// The way back to the page that a reader came from, where it is one of the same site.

/**
 * The page that leads here, if it is not the explorer itself.
 * @param {string} referrer
 * @param {string} base folder of the explorer
 * @returns {string | null}
 */
export function homeOf(referrer, base) {
  if (!URL.canParse(referrer)) return null;
  const from = new URL(referrer);
  return from.origin === new URL(base).origin && !from.href.startsWith(base) ? from.href : null;
}

/** @param {HTMLAnchorElement} link */
export function showHome(link) {
  const home = homeOf(document.referrer, new URL(".", document.baseURI).href);
  link.hidden = home === null;
  if (home) link.href = home;
}
