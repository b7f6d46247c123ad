// What stands elsewhere on a phone than on a large screen, and the full screen.

import { byId } from "./elements.js";
import { showHome } from "./home.js";

const phone = matchMedia("(max-width: 700px)");

/** Put the row of pictures, the search, and the button for one's own picture where there is room for them. */
export function arrange() {
  place();
  // What is chosen, or opens, is not to lie under the menu in which it is chosen.
  byId("controls").addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.closest("#pictures button, #own")) byId("controls").hidePopover();
  });
  // Beside an open menu nothing takes a touch but the page itself (base.css): it closes the menu, and does no more.
  document.addEventListener("touchend", (event) => event.target === document.body && event.preventDefault());
  showHome(/** @type {HTMLAnchorElement} */ (byId("home")));
  phone.addEventListener("change", place);
  byId("wall").addEventListener("click", fillWall);
  document.addEventListener("fullscreenchange", () => toggleWall(document.fullscreenElement !== null));
}

function place() {
  const own = byId("own");
  if (phone.matches) byId("channels-head").append(byId("find"));
  else byId("tools").prepend(byId("find"));
  byId("options").textContent = phone.matches ? "Picture" : "Display";
  if (phone.matches) byId("controls").prepend(byId("pictures"));
  else byId("pictures-place").append(byId("pictures"));
  if (!phone.matches) byId("pictures-place").append(own);
  else if (own.classList.contains("used")) byId("pictures").after(own);
  else document.body.append(own);
}

/** The button for one's own picture floats on a phone until it was used. */
export function settleOwn() {
  byId("own").classList.add("used");
  place();
}

/** The whole screen with larger type, for a projector; or back. */
export async function fillWall() {
  const { classList } = document.documentElement;
  if (classList.contains("wall")) {
    toggleWall(false);
    if (document.fullscreenElement) await document.exitFullscreen();
    return;
  }
  toggleWall(true);
  // A frame may not be allowed to fill the screen; the larger type helps even so.
  await document.documentElement.requestFullscreen?.().catch(() => {});
}

/** @param {boolean} on */
const toggleWall = (on) => document.documentElement.classList.toggle("wall", on);
