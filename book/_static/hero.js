// The front door: the maps follow the pointed place, and switched-off channels change the answer.
// The build has computed all that is shown; without this script the page shows the photograph's strongest maps.
((root) => {
  "use strict";

  const SIDE = 14; // places in a row and in a column
  const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const ENDS = { Home: 0, End: SIDE - 1 };

  // Pure functions, which tests/book/static/hero.test.js tries.

  const clamped = (value) => Math.min(SIDE - 1, Math.max(0, value));

  /** Row and column of the place at a point, as shares of the photograph's width and height. */
  const placeAt = (x, y) => [clamped(Math.floor(y * SIDE)), clamped(Math.floor(x * SIDE))];

  /** The place that a key leads to; null for a key that leads nowhere. */
  function moved([row, column], key) {
    if (key in ENDS) return [row, ENDS[key]];
    return key in STEPS ? [clamped(row + STEPS[key][0]), clamped(column + STEPS[key][1])] : null;
  }

  /** Position on its sheet of the map that answers most at a place, or on the whole photograph; -1 is none. */
  function tileAt(layer, place, off = new Set()) {
    const number = place ? place[0] * SIDE + place[1] : -1;
    const ranks = layer.ranks?.[number] ?? [place ? layer.places[number] : layer.first];
    return ranks.find((tile) => !off.has(layer.channels[tile])) ?? -1;
  }

  /** The cell of a map in which the channel that answers most at a place does so. */
  function cellOf({ rows, peaks }, [row, column]) {
    const step = rows / SIDE; // cells of a place in each direction
    const peak = peaks[row * SIDE + column];
    return [row * step + Math.floor(peak / step), column * step + (peak % step)];
  }

  /** Where a map is found in the explorer, at a place of the photograph. */
  function addressOf(layer, tile, place) {
    const cell = place ? [cellOf(layer, place).join()] : [];
    return `#/${[layer.name, layer.channels[tile] ?? 0, ...cell].join("/")}`;
  }

  /** The part of a sheet with one map; beside the sheet if there is none. */
  function viewBox({ tile, columns }, number) {
    if (number < 0) return `${-tile} ${-tile} ${tile} ${tile}`;
    return `${tile * (number % columns)} ${tile * Math.floor(number / columns)} ${tile} ${tile}`;
  }

  /** Where the explorer shows the answer without some channels. */
  const addressWithout = ({ name }, channels) => `#/?view=passport&off=${name}:${channels.join("+")}`;

  /** Number of a map's channel, as a caption. */
  const numberOf = (layer, tile) => (tile < 0 ? "none" : `no. ${layer.channels[tile]}`);

  /** Position of the answers without some channels, given by their positions. */
  const selection = (off) => [...off].reduce((sum, position) => sum + 2 ** position, 0);

  /** A probability, never as certain or impossible; as in the explorer. */
  function percent(share) {
    if (share < 0.001) return "< 0.1 %";
    if (share > 0.999) return "> 99.9 %";
    return `${(100 * share).toFixed(share < 0.1 || share > 0.99 ? 1 : 0)} %`;
  }

  /** "1, 2 and 3" */
  const listed = (words) => [words.slice(0, -1).join(", "), words.at(-1)].filter(Boolean).join(" and ");

  /** What the answer is without some channels. */
  function verdict({ switches, classes, answers }, off) {
    const [[first, , share]] = answers[selection(off)];
    const numbers = listed([...off].sort((a, b) => a - b).map((position) => switches[position]));
    return `Without no. ${numbers} it says ${classes[first][0]}: ${percent(share).replaceAll(" ", "\u00a0")}.`;
  }

  /** What answers at a place, for a screen reader; rows and columns count from 0, as in the explorer. */
  function words(layers, [row, column]) {
    const found = layers.map((layer, block) => `block ${block + 1} ${numberOf(layer, tileAt(layer, [row, column]))}`);
    return `Row ${row}, column ${column}: ${found.join(", ")}.`;
  }

  /** The switches of this page, as they are kept for a reader who goes on from it and comes back by a link. */
  const KEPT = "hero-off";

  /** Keep what is off as long as the tab is open. */
  function keep(view, { switches }, off) {
    const channels = [...off].map((position) => switches[position]);
    try {
      view.sessionStorage.setItem(`${KEPT} ${view.location.pathname}`, JSON.stringify(channels));
    } catch {
      // The browser keeps nothing: the page begins with all on.
    }
  }

  /** Positions of what was kept as off; none where nothing, or what is no switch of this page. */
  function kept(view, { switches }) {
    try {
      const channels = JSON.parse(view.sessionStorage.getItem(`${KEPT} ${view.location.pathname}`) ?? "[]");
      return new Set(channels.map((channel) => switches.indexOf(channel)).filter((position) => position >= 0));
    } catch {
      return new Set();
    }
  }

  root.vggvizHero = { kept, keep, placeAt, moved, tileAt, addressOf, addressWithout, viewBox, numberOf, selection, percent, listed, verdict, words };

  // The page.

  /** Let the maps follow the pointed place; what is returned shows them without some channels of the last layer. */
  function followThePointer(hero, layers) {
    const photograph = hero.querySelector(".hero-photograph");
    const frame = photograph.appendChild(document.createElement("span"));
    const figures = [...hero.querySelectorAll(".hero-maps figure")];
    const heading = hero.querySelector(".hero-maps h2");
    const atFirst = heading.textContent;
    let place = null;
    let off = new Set();
    const offIn = (number) => (number === layers.length - 1 ? off : new Set());

    function show(next) {
      place = next;
      frame.className = place ? "hero-place" : "";
      if (place) frame.style.translate = `${100 * place[1]}% ${100 * place[0]}%`;
      heading.textContent = place ? "What answers most at this place" : atFirst;
      figures.forEach((figure, number) => showMap(figure, layers[number], place, offIn(number)));
    }

    const point = (event) => {
      const box = photograph.getBoundingClientRect();
      show(placeAt((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height));
    };
    photograph.addEventListener("pointerdown", point);
    photograph.addEventListener("pointermove", point);
    listenToKeys(hero, photograph, () => place, show, layers);
    return (channels) => {
      off = channels;
      show(place);
    };
  }

  /** Show the map of a layer that answers most at a place, the place in it, and the way to both in the explorer. */
  function showMap(figure, layer, place, off) {
    const tile = tileAt(layer, place, off);
    const map = figure.querySelector("svg");
    map.setAttribute("viewBox", viewBox(layer, tile));
    figure.querySelector("b").textContent = numberOf(layer, tile);
    const link = figure.querySelector("a");
    if (link) link.href = link.href.split("#")[0] + addressOf(layer, tile, place);
    markPlace(map, place);
  }

  /** Frame the part of a map that lies at a place; null is none. */
  function markPlace(map, place) {
    map.querySelector("rect")?.remove();
    if (!place) return;
    const [left, top, side] = map.getAttribute("viewBox").split(" ").map(Number);
    const frame = map.appendChild(document.createElementNS(map.namespaceURI, "rect"));
    const box = { x: left + (side * place[1]) / SIDE, y: top + (side * place[0]) / SIDE, width: side / SIDE, height: side / SIDE };
    for (const [name, value] of Object.entries(box)) frame.setAttribute(name, value);
  }

  /** Let the arrow keys move over the photograph, and say what answers there; Escape leaves it. */
  function listenToKeys(hero, photograph, placed, show, layers) {
    const said = hero.querySelector(".hero-words");
    const labels = { tabindex: "0", role: "application", "aria-label": "The photograph: arrow keys point at its parts" };
    for (const [name, value] of Object.entries(labels)) photograph.setAttribute(name, value);
    photograph.addEventListener("keydown", (event) => {
      const next = placed() ? moved(placed(), event.key) : moved([SIDE / 2, SIDE / 2], event.key);
      if (event.altKey || event.ctrlKey || event.metaKey || (!next && event.key !== "Escape")) return;
      event.preventDefault();
      show(next);
      said.textContent = next ? words(layers, next) : "";
    });
  }

  /** Let the switches change the answer; the answer with all channels on stays behind it. */
  function letChannelsBeSwitchedOff(hero, data, showWithout) {
    const said = hero.querySelector(".hero-switches [role=status]");
    const atFirst = said.textContent;
    const off = kept(hero.ownerDocument.defaultView, data);
    const switches = [...hero.querySelectorAll(".hero-switches [role=switch]")];
    const all = hero.querySelector(".hero-all");
    const leadOn = leader(hero.querySelector(".hero-more"), data.layers.at(-1));

    function show() {
      switches.forEach((each, position) => each.setAttribute("aria-checked", String(!off.has(position))));
      all.disabled = off.size === 0;
      showAnswer(hero, data, off);
      said.textContent = off.size ? verdict(data, off) : atFirst;
      const channels = [...off].map((position) => data.switches[position]);
      showWithout(new Set(channels));
      leadOn(channels);
      keep(hero.ownerDocument.defaultView, data, off);
    }
    switches.forEach((button, position) => {
      button.disabled = false;
      button.addEventListener("click", () => {
        if (!off.delete(position)) off.add(position);
        show();
      });
    });
    all.addEventListener("click", () => {
      off.clear();
      show();
      switches[0].focus();
    });
    if (off.size) show();
  }

  /** What lets a link lead to the answer without the channels that are off; with all on, where it led at first. */
  function leader(link, layer) {
    const atFirst = link?.hash;
    return (channels) => {
      if (link) link.hash = channels.length ? addressWithout(layer, channels) : atFirst;
    };
  }

  /** Show the answers without some channels as bars, with those of before as outlines. */
  function showAnswer(hero, { classes, answers }, off) {
    const best = answers[selection(off)];
    hero.querySelector(".hero-legend").dataset.dashed = String(off.size > 0);
    hero.querySelectorAll(".hero-answer li").forEach((line, rank) => {
      const [number, , share] = best[rank];
      const [label, , before] = classes[number];
      line.querySelector("span").textContent = label;
      line.querySelector("i").textContent = percent(share);
      line.querySelector("rect").style.width = `${100 * share}%`;
      showGhost(line, off.size ? before : null);
    });
  }

  /** Show an answer's probability and bar of before; null is none. */
  function showGhost(line, share) {
    line.querySelectorAll(".hero-ghost").forEach((ghost) => ghost.remove());
    if (share === null) return;
    const number = line.querySelector("i").appendChild(document.createElement("small"));
    number.className = "hero-ghost";
    number.textContent = ` was ${percent(share)}`;
    const bar = line.querySelector("svg").appendChild(line.querySelector("rect").cloneNode());
    bar.setAttribute("class", "hero-ghost");
    bar.style.width = `${100 * share}%`;
  }

  for (const hero of root.document?.querySelectorAll(".hero") ?? []) {
    const data = JSON.parse(hero.querySelector("script").textContent);
    const showWithout = followThePointer(hero, data.layers);
    if (data.answers) letChannelsBeSwitchedOff(hero, data, showWithout);
  }
})(globalThis);
