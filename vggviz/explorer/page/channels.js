// All channels of a layer as a grid of thumbnails, with one place in the tab order.

import { limit, paint, sheetUnits } from "./colour.js";
import { tileOf } from "./data.js";
import { draw, element } from "./elements.js";
import { next } from "./grid.js";
import { isDead, ordered } from "./order.js";
import { channelWords, orderWords } from "./words.js";

/** Tiles painted before the page may do something else. */
const CHUNK = 48;

/**
 * @param {{grid: HTMLElement, words: HTMLElement, title: HTMLElement}} places
 * @param {{colours: import("./colour.js").Colours, dispatch: (action: object) => void}} tools
 */
export function createChannels({ grid, words, title }, { colours, dispatch }) {
  let tiles = [];
  let order = [];
  let drawn = null;
  let drawnSheet = null;
  let drawnLayer = null;
  let marked = null;
  let painting = 0;

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

  /** The tiles for a layer: those that are there are used again, for a new canvas is dear. */
  const build = (layer, statistics) => {
    while (tiles.length < order.length) tiles.push(newTile());
    tiles.length = order.length;
    tiles.forEach((tile, place) => {
      const channel = order[place];
      const dead = isDead(statistics, channel);
      tile.className = dead ? "channel dead" : "channel";
      tile.dataset.channel = channel;
      tile.setAttribute("aria-label", spoken(layer, statistics, channel));
      tile.lastChild.textContent = dead ? `${channel} dead` : `${channel}`;
    });
    if (grid.childElementCount !== tiles.length) grid.replaceChildren(...tiles);
    marked = null;
    for (const tile of grid.querySelectorAll("[aria-selected=true], [tabindex='0']")) unmark(tile);
  };

  /** Paint what can be seen at once, the rest while nothing else is to be done. */
  const fill = (layer, statistics, sheet, scale, limits) => {
    const paintTile = (place) => {
      const channel = order[place];
      const maximum = statistics.maximum[channel];
      const top = maximum > 0 ? limit(scale, { ...limits, channel: maximum }) : 0;
      const how = { limit: top, signed: layer.signed, colours, ...sheetUnits(layer.signed, maximum) };
      draw(tiles[place].firstChild, paint(tileOf(sheet, layer, channel), how), ...layer.sheet.tile);
    };
    const across = columns();
    const high = grid.clientWidth / across;
    const first = Math.max(0, (Math.floor(grid.scrollTop / high) - 1) * across);
    const last = Math.min(order.length, (Math.ceil((grid.scrollTop + grid.clientHeight) / high) + 1) * across);
    for (let place = first; place < last; place++) paintTile(place);
    const rest = [...order.keys()].filter((place) => place < first || place >= last);
    const turn = (painting += 1);
    const later = () => {
      if (turn !== painting) return; // another view is being painted
      rest.splice(0, CHUNK).forEach(paintTile);
      if (rest.length) setTimeout(later);
    };
    setTimeout(later);
  };

  const unmark = (tile) => {
    tile.setAttribute("aria-selected", "false");
    tile.tabIndex = -1;
  };

  /** Mark the chosen one; bring it into view if it is out of sight. */
  const mark = (channel) => {
    const tile = tiles[order.indexOf(channel)];
    if (!tile || tile === marked) return;
    if (marked) unmark(marked);
    marked = tile;
    tile.setAttribute("aria-selected", "true");
    tile.tabIndex = 0;
    const [top, bottom] = [tile.offsetTop - grid.offsetTop, tile.offsetTop - grid.offsetTop + tile.offsetHeight];
    if (top < grid.scrollTop) grid.scrollTop = top - 4;
    if (bottom > grid.scrollTop + grid.clientHeight) grid.scrollTop = bottom - grid.clientHeight + 4;
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
        if (state.layer !== drawnLayer) grid.scrollTop = 0;
        drawnLayer = state.layer;
        mark(state.channel); // before painting: it may bring other tiles into view
        fill(layer, statistics, sheet, state.scale, limits);
        [drawn, drawnSheet] = [key, sheet];
        title.textContent = `${layer.name}: ${layer.channels} channels`;
        const dead = order.filter((channel) => isDead(statistics, channel)).length;
        words.textContent = `In order ${orderWords(state.order)}. ${dead} dead for this picture.`;
        grid.setAttribute("aria-label", `Channels of ${layer.name}`);
        if (focused) tiles[order.indexOf(state.channel)]?.focus({ preventScroll: true });
      } else mark(state.channel);
    },
  };
}

/** @returns {HTMLElement} */
function newTile() {
  const parts = [element("canvas", { "aria-hidden": "true" }), element("span", { "aria-hidden": "true" })];
  return element("div", { role: "option", "aria-selected": "false", tabindex: -1 }, ...parts);
}

/** @type {(layer: object, statistics: object, channel: number) => string} */
function spoken(layer, { maximum, zeros }, channel) {
  return channelWords({ layer, channel, maximum: maximum[channel], zeros: zeros[channel] });
}
