// The tabs of the panel. On a phone the channels are one of them; elsewhere they are always in view.

import { button } from "./elements.js";

/**
 * @import { Dispatch, State, ViewName } from "../state/types.js"
 * @typedef {Exclude<ViewName, "network">} TabName
 * @typedef {{view: TabName, tab: HTMLElement, panel: HTMLElement}} Tab
 */

/** @type {Record<TabName, string>} */
const NAMES = { channels: "Channels", passport: "This channel", cell: "This cell", change: "Change" };

/**
 * @param {HTMLElement} root
 * @param {{panels: Record<TabName, HTMLElement>, dispatch: Dispatch}} tools
 * @returns {{show: (state: State) => void}}
 */
export function createTabs(root, { panels, dispatch }) {
  const phone = matchMedia("(max-width: 700px), (max-width: 1099px) and (max-height: 520px)");
  const views = /** @type {TabName[]} */ (Object.keys(NAMES));
  const tabs = views.map((view) => tabOf(view, panels[view], dispatch));
  root.replaceChildren(...tabs.map(({ tab }) => tab));
  root.addEventListener("keydown", (event) => moveFocus(event, tabs));
  views.forEach((view) => comeWhole(panels[view]));
  /** @type {State | null} */
  let state = null;
  let shown = "";
  const show = () => state && mark(tabs, state.view === "network" ? "channels" : state.view, phone.matches);
  phone.addEventListener("change", show);
  return {
    show(next) {
      state = next;
      show();
      const subject = [next.view, next.layer, next.channel].join();
      if (subject !== shown) panels.passport.scrollTop = panels.change.scrollTop = 0; // each is read from its beginning
      shown = subject;
    },
  };
}

/** @type {(view: TabName, panel: HTMLElement, dispatch: Dispatch) => Tab} */
function tabOf(view, panel, dispatch) {
  const attributes = { role: "tab", id: `tab-${view}`, "aria-controls": panel.id };
  return { view, panel, tab: button({ ...attributes, onclick: () => dispatch({ type: "view", value: view }) }, NAMES[view]) };
}

/** Before what is in it: on a low screen a part of the panel lies below the edge. @param {HTMLElement} panel */
function comeWhole(panel) {
  let start = 0;
  const toEnd = () => scrollTo({ top: document.documentElement.scrollHeight });
  panel.addEventListener("wheel", ({ deltaY }) => deltaY > 0 && toEnd(), { passive: true });
  panel.addEventListener("touchstart", ({ touches }) => (start = touches[0].clientY), { passive: true });
  panel.addEventListener("touchmove", ({ touches }) => touches[0].clientY < start && toEnd(), { passive: true });
}

/** @type {(tabs: Tab[], view: TabName, phone: boolean) => void} */
function mark(tabs, view, phone) {
  const shown = view === "channels" && !phone ? "passport" : view;
  for (const { view, tab, panel } of tabs) {
    const chosen = view === shown;
    const isEmpty = panel.childElementCount === 0;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    tab.hidden = isEmpty || (view === "channels" && !phone);
    panel.hidden = !chosen && !(view === "channels" && !phone);
  }
}

/** @type {(event: KeyboardEvent, tabs: Tab[]) => void} */
function moveFocus(event, tabs) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const seen = tabs.map(({ tab }) => tab).filter((tab) => !tab.hidden);
  const from = seen.findIndex((tab) => tab === document.activeElement);
  if (!step || from < 0) return;
  event.preventDefault();
  const to = seen[(from + step + seen.length) % seen.length];
  to.focus();
  to.click();
}
