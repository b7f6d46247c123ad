/* Slides by reveal.js: S opens the speaker's view with the notes, Escape the overview. */
"use strict";

Reveal.initialize({
  width: 1280,
  height: 720,
  margin: 0.02,
  center: false, // the heading stays where it is from slide to slide
  display: "flex",
  hash: true,
  transition: "none",
  slideNumber: "c/t",
  defaultTiming: 0, // the others say how long they take
  plugins: [RevealNotes],
});
