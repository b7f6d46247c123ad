/* Slides by reveal.js: S opens the speaker's view with the notes, Escape the overview. */
"use strict";

Reveal.initialize({
  width: 1280,
  height: 720,
  margin: 0.05,
  hash: true,
  transition: "none",
  slideNumber: "c/t",
  plugins: [RevealNotes],
});
