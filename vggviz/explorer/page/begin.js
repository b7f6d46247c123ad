// Starts the explorer where a browser lets it; a page from disk may load neither modules nor numbers.

/** What main.js imports, loaded together: one after the other they would take seconds on a slow network. */
const MODULES = {
  answer: ["adding_up", "class_activation", "classifier", "finding", "reasons", "scores"],
  arithmetic: [
    "channel_order", "colours", "convolution", "descent", "half_precision", "number_format", "place", "pixels", "planes",
    "receptive_field", "statistics", "sum_texts", "thumbnails",
  ],
  change: ["late"],
  find: ["late"],
  live: [
    "changed_image", "computed_image", "device", "hidden_image", "isolation", "lacking", "late_painting", "network",
    "off", "preprocessing", "sources", "start_worker", "switching",
  ],
  own_image: [
    "camera", "given_files", "image_header", "kept_image", "network_status", "panel", "read_image",
    "resample",
  ],
  paint: ["changed_tiles", "kept_strokes"],
  passport: ["late"],
  state: [
    "address", "bitmaps", "blocks", "chunks", "classifier", "colour_limits", "data", "download", "errors", "explorer", "files", "gzip",
    "lru_cache", "manifest", "means", "state", "switched_off", "whole_numbers",
  ],
  tour: ["late"],
  views: [
    "answer", "answer_bars", "answer_head", "answer_off", "answer_where", "answer_why", "answer_words", "arrange",
    "cell", "channel_grid", "channel_switch", "channel_tiles", "channel_view", "colourbar", "controls",
    "convolution_sum", "descriptions", "elements", "embed", "flash", "grid_head", "grid_keys", "history", "home", "late_faces",
    "late_part", "layer_rail", "loupe", "messages", "network_view", "npy", "page", "passport", "path",
    "place", "pointing", "pixels_under", "pooling_sum", "preferred_classes", "relu_figure", "save", "saved_view",
    "shortcuts", "shows", "stage", "stage_pair", "sum_rows", "svg", "swipe", "tabs", "taps", "theme", "tile_order", "trail",
  ],
};

function preload() {
  for (const [folder, names] of Object.entries(MODULES)) {
    for (const name of names) {
      const link = document.createElement("link");
      document.head.append(Object.assign(link, { rel: "modulepreload", href: `${folder}/${name}.js` }));
    }
  }
}

/** Whether the page was loaded again to compute on several threads. */
function isLoadedAgain() {
  try {
    return Object.keys(sessionStorage).some((name) => /^explorer-.*-asked$/.test(name));
  } catch {
    return false;
  }
}

/** @type {(id: "loading" | "problem", words: string) => void} */
function say(id, words) {
  const place = /** @type {HTMLElement} */ (document.getElementById(id));
  place.textContent = words;
  place.hidden = !words;
}

/** That the page loads is said after half a second (styles/base.css); at once where it was loaded again. */
function sayLoading() {
  const isAgain = isLoadedAgain();
  say("loading", isAgain ? "The page is loaded again, so that the network computes on several threads …" : "Loading …");
  document.getElementById("loading")?.classList.toggle("again", isAgain);
}

function sayFailed() {
  say("loading", "");
  say("problem", "The explorer could not be loaded: load the page again.");
}

if (location.protocol === "file:") {
  const words =
    "A page opened from disk may not read the numbers beside it: run “python -m http.server” in the folder of the " +
    "pages, and open http://localhost:8000 instead.";
  say("problem", words);
  document.querySelector("main")?.replaceChildren(/** @type {HTMLElement} */ (document.getElementById("problem")));
} else {
  sayLoading();
  import("./main.js").catch(sayFailed);
  preload();
}
