// The panel for the reader's own picture: chosen, dropped, pasted, from the camera or drawn.

import { createCamera } from "./camera.js";
import { element, size as sizeWords } from "./elements.js";
import { fromFile } from "./intake.js";
import { isolate, wasAsked } from "./isolation.js";
import { createLive, machine, YOURS } from "./live.js";
import { createSketch } from "./sketch.js";

/**
 * @param {HTMLElement} root
 * @param {{manifest: object, data: object, base: URL, state: () => object, refresh: () => Promise<void>,
 *   dispatch: (action: object) => void, photograph: () => ?ImageBitmap, failed: (problem: Error) => void}} tools
 */
export function createYours(root, { manifest, data, base, state, refresh, dispatch, photograph, failed }) {
  if (!manifest.live || typeof WebAssembly !== "object" || typeof Worker !== "function") {
    root.append(element("p", { class: "quiet" }, "This page shows pictures computed beforehand only."));
    return;
  }
  const bar = element("progress", { max: 1, value: 0, hidden: true, "aria-label": "Loading the network" });
  const words = element("p", { id: "live-words", class: "quiet", role: "status" });
  const ready = new Set();
  let how = { threads: 1, gpu: false };

  const tell = (news) => {
    if (news.type === "progress") {
      bar.hidden = news.loaded >= news.total;
      bar.max = news.total;
      bar.value = news.loaded;
      words.textContent = `Loading the network: ${sizeWords(news.loaded)} of ${sizeWords(news.total)}`;
    }
    if (news.type === "ready") ready.add(news.segment);
    if (news.type === "loaded") {
      bar.hidden = true;
      if (!words.textContent.startsWith("Computed")) words.textContent = "The network is ready.";
    }
    if (news.type === "full") {
      words.dataset.store = "full";
      words.textContent = "The browser’s store is full, so the network stays for this visit only.";
    }
    if (news.type === "done") {
      const layers = manifest.live.segments[news.segment].layers;
      const until = news.whole && news.segment === manifest.live.segments.length - 1 ? "All layers" : `Up to ${layers.at(-1)}`;
      words.textContent = `Computed in this page. ${until}: ${Math.round(news.milliseconds)} ms ${deviceWords(news.on, how.threads)}.`;
      words.dataset.pictures = Number(words.dataset.pictures ?? 0) + 1;
      words.dataset.milliseconds = news.milliseconds;
      words.dataset.segment = news.segment;
    }
  };
  const live = createLive({ manifest, data, base, tell, failed: async (problem) => {
    bar.hidden = true;
    words.textContent = "";
    ready.clear();
    ask.hidden = false;
    if (state().picture === YOURS) await dispatch({ type: "picture", value: manifest.pictures[0].id });
    failed(problem);
  } });

  const start = async () => {
    if (live.isOn()) return;
    how = await machine();
    live.start(how);
    panel.hidden = false;
    ask.hidden = true;
  };

  const show = async (levels, { title, running }) => {
    await start();
    const computed = live.show(levels, { title, last: running ? state().layer : null });
    // What has come is shown at once: the first block, if the chosen layer's weights are still on their way.
    const deep = live.segmentOf(state().layer);
    if (!ready.has(deep) && deep > 0 && !running) dispatch({ type: "layer", value: manifest.live.segments[0].layers[0] });
    if (state().picture !== YOURS) dispatch({ type: "picture", value: YOURS });
    else refresh();
    await computed;
    await refresh();
  };

  const take = async (file) => {
    try {
      await show(await fromFile(file, live.size), { title: file.name || "pasted picture", running: false });
    } catch (problem) {
      if (!problem.superseded) failed(problem);
    }
  };

  const ask = element("button", { type: "button", id: "live", onclick: async () => {
    if (!(await isolate())) start().catch(failed);
  } }, `Your own picture: load the network (${sizeWords(live.bytes)}) and its runtime (${sizeWords(live.runtime)})`);
  const input = element("input", { type: "file", id: "file", accept: "image/*", onchange: () => {
    if (input.files[0]) take(input.files[0]);
    input.value = "";
  } });
  const panel = element(
    "div",
    { hidden: true },
    element("p", { class: "quiet" }, "Choose, drop or paste a picture. It is computed in this page and sent nowhere."),
    element("div", { class: "tools" }, element("label", { class: "file" }, "Choose a picture ", input)),
    createCamera({ size: live.size, show, failed }),
    createSketch({ size: live.size, begin: photograph, show, failed }),
  );
  root.append(ask, panel, bar, words);

  const pictureIn = (transfer) => [...(transfer?.files ?? [])][0];
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const file = pictureIn(event.dataTransfer);
    if (file) take(file);
  });
  document.addEventListener("paste", (event) => {
    const file = pictureIn(event.clipboardData);
    if (file) take(file);
  });
  if (wasAsked()) start().catch(failed);
}

/** @type {(on: string, threads: number) => string} */
function deviceWords(on, threads) {
  if (on === "webgpu") return "on the graphics processor";
  return threads > 1 ? `on ${threads} threads` : "on one thread";
}
