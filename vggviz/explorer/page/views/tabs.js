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
  /** @type {State | null} */
  let state = null;
  const show = () => state && mark(tabs, state.view === "network" ? "channels" : state.view, phone.matches);
  phone.addEventListener("change", show);
  return {
    show(next) {
      state = next;
      show();
    },
  };
}

/** @type {(view: TabName, panel: HTMLElement, dispatch: Dispatch) => Tab} */
function tabOf(view, panel, dispatch) {
  const attributes = { role: "tab", id: `tab-${view}`, "aria-controls": panel.id };
  return { view, panel, tab: button({ ...attributes, onclick: () => dispatch({ type: "view", value: view }) }, NAMES[view]) };
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
