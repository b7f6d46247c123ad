// Starts the explorer where a browser lets it; a page from disk may load neither modules nor numbers.

/** What main.js imports, loaded together: one after the other they would take seconds on a slow network. */
const MODULES = {
  arithmetic: [
    "channel_order", "colours", "convolution", "half_precision", "number_format", "planes", "receptive_field",
    "thumbnails",
  ],
  live: [
    "computed_image", "device", "isolation", "network", "off", "preprocessing",
    "start_worker",
  ],
  own_image: [
    "camera", "drawing", "given_files", "image_header", "network_status", "panel", "read_image", "resample",
  ],
  state: [
    "address", "chunks", "colour_limits", "data", "errors", "explorer", "files", "gzip", "lru_cache",
    "manifest", "state",
  ],
  views: [
    "cell", "channel_grid", "channel_tiles", "channel_view", "colourbar", "controls", "convolution_table",
    "descriptions", "elements", "grid_keys", "layer_strip", "npy", "page", "pooling_table",
    "preferred_classes", "preferred_images", "problem", "save", "saved_view", "shortcuts", "stage", "svg",
    "theme",
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

if (location.protocol === "file:") {
  const problem = /** @type {HTMLElement} */ (document.getElementById("problem"));
  problem.textContent =
    "A page opened from disk may not read the numbers beside it: run “python -m http.server” in the folder of the " +
    "pages, and open http://localhost:8000 instead.";
  problem.hidden = false;
  document.querySelector("main")?.replaceChildren(problem);
} else {
  import("./main.js");
  preload();
}
