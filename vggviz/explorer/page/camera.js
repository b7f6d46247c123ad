// A camera: a still, or a running view as fast as the machine goes.

import { element } from "./elements.js";
import { fromVideo } from "./intake.js";

/**
 * @param {{size: number, show: (levels: Uint8ClampedArray, about: {title: string, running: boolean}) => Promise<void>,
 *   failed: (problem: Error) => void}} tools
 * @returns {HTMLElement}
 */
export function createCamera({ size, show, failed }) {
  const video = element("video", { playsinline: true, muted: true, hidden: true, "aria-label": "What the camera sees" });
  let stream = null;
  let running = false;

  const close = async () => {
    const last = running && stream ? fromVideo(video, size) : null;
    running = false;
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    paint();
    if (last) await show(last, { title: "camera", running: false }); // all layers of what was seen last
  };

  const open = async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch (problem) {
      throw new Error(`The camera could not be used (${problem.message || problem.name}); allow it in the browser, or choose a file.`);
    }
    video.srcObject = stream;
    await video.play();
    paint();
  };

  const still = () => {
    running = false;
    paint();
    return show(fromVideo(video, size), { title: "camera", running: false });
  };

  const run = async () => {
    running = !running;
    paint();
    while (running) {
      await show(fromVideo(video, size), { title: "camera", running: true });
      await new Promise(requestAnimationFrame);
    }
  };

  const button = (id, text, act) =>
    element("button", { type: "button", id, onclick: () => Promise.resolve().then(act).catch((problem) => {
      running = false;
      paint();
      if (!problem.superseded) failed(problem);
    }) }, text);
  const [opens, takes, runs, closes] = [
    button("camera", "Camera", open),
    button("camera-still", "Take a still", still),
    button("camera-run", "Running view", run),
    button("camera-close", "Close the camera", close),
  ];

  function paint() {
    opens.hidden = stream !== null || !navigator.mediaDevices;
    for (const each of [takes, runs, closes]) each.hidden = stream === null;
    video.hidden = stream === null;
    runs.setAttribute("aria-pressed", String(running));
  }

  paint();
  return element("div", { class: "tools" }, opens, takes, runs, closes, video);
}
