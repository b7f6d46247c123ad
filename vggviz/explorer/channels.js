// All channels of a layer as a grid of thumbnails, with one place in the tab order.

import { limit, paint, sheetUnits } from "./colour.js";
import { tileOf } from "./data.js";
import { draw, element } from "./elements.js";
import { next } from "./grid.js";
import { isDead, ordered } from "./order.js";
import { channelWords, orderWords } from "./words.js";

/**
 * @param {{grid: HTMLElement, words: HTMLElement, title: HTMLElement}} places
 * @param {{colours: import("./colour.js").Colours, dispatch: (action: object) => void}} tools
 */
export function createChannels({ grid, words, title }, { colours, dispatch }) {
  let tiles = [];
  let order = [];
  let drawn = null;
  let drawnSheet = null;

  const columns = () => getComputedStyle(grid).gridTemplateColumns.split(" ").length;
  const chosen = (event) => event.target.closest("[role=option]");
  grid.addEventListener("click", (event) => {
    const tile = chosen(event);
    if (tile) dispatch({ type: "channel", value: Number(tile.dataset.channel) });
  });
  grid.addEventListener("keydown", (event) => {
    const from = tiles.indexOf(chosen(event));
    if (from < 0 || event.altKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      dispatch({ type: "channel", value: Number(tiles[from].dataset.channel) });
      return;
    }
    const to = next((event.ctrlKey ? "Control+" : "") + event.key, from, columns(), tiles.length);
    if (to === from) return;
    event.preventDefault();
    tiles[to].focus();
    dispatch({ type: "channel", value: Number(tiles[to].dataset.channel) });
  });

  /** @type {(layer: object, statistics: object) => void} */
  const build = (layer, statistics) => {
    tiles = order.map((channel) =>
      element(
        "div",
        {
          role: "option",
          class: isDead(statistics, channel) ? "channel dead" : "channel",
          "data-channel": channel,
          "aria-label": spoken(layer, statistics, channel),
          title: spoken(layer, statistics, channel),
        },
        element("canvas", { "aria-hidden": "true" }),
        element("span", { "aria-hidden": "true" }, isDead(statistics, channel) ? `${channel} dead` : `${channel}`),
      ),
    );
    grid.replaceChildren(...tiles);
    grid.scrollTop = 0;
  };

  /** @type {(layer: object, statistics: object, sheet: object, scale: string, limits: object) => void} */
  const fill = (layer, statistics, sheet, scale, limits) => {
    tiles.forEach((tile, place) => {
      const channel = order[place];
      const maximum = statistics.maximum[channel];
      const top = limit(scale, { ...limits, channel: maximum });
      const how = { limit: top, signed: layer.signed, colours, ...sheetUnits(layer.signed, maximum) };
      const shown = maximum > 0 ? top : 0;
      const pixels = paint(tileOf(sheet, layer, channel), { ...how, limit: shown });
      draw(tile.firstChild, pixels, ...layer.sheet.tile);
    });
  };

  /** Mark the chosen one; bring it into view if it is out of sight. */
  const mark = (channel) => {
    tiles.forEach((tile, place) => {
      const here = order[place] === channel;
      if (tile.getAttribute("aria-selected") !== String(here)) tile.setAttribute("aria-selected", String(here));
      tile.tabIndex = here ? 0 : -1;
      if (!here) return;
      const [top, bottom] = [tile.offsetTop - grid.offsetTop, tile.offsetTop - grid.offsetTop + tile.offsetHeight];
      if (top < grid.scrollTop) grid.scrollTop = top - 4;
      if (bottom > grid.scrollTop + grid.clientHeight) grid.scrollTop = bottom - grid.clientHeight + 4;
    });
  };

  return {
    /** @returns {number[]} the channels as they stand */
    order: () => order,
    show({ state, layer, statistics, sheet, limits }) {
      const key = JSON.stringify([state.picture, state.layer, state.order, state.scale, state.compare, limits.layer]);
      if (key !== drawn || sheet !== drawnSheet) {
        const focused = grid.contains(document.activeElement);
        order = ordered(statistics, state.order);
        build(layer, statistics);
        fill(layer, statistics, sheet, state.scale, limits);
        [drawn, drawnSheet] = [key, sheet];
        title.textContent = `${layer.name}: ${layer.channels} channels`;
        const dead = order.filter((channel) => isDead(statistics, channel)).length;
        words.textContent = `In order ${orderWords(state.order)}. ${dead} dead for this picture.`;
        grid.setAttribute("aria-label", `Channels of ${layer.name}`);
        mark(state.channel);
        if (focused) tiles[order.indexOf(state.channel)]?.focus({ preventScroll: true });
      } else mark(state.channel);
    },
  };
}

/** @type {(layer: object, statistics: object, channel: number) => string} */
function spoken(layer, { maximum, zeros }, channel) {
  return channelWords({ layer, channel, maximum: maximum[channel], zeros: zeros[channel] });
}
