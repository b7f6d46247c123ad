// Starts the explorer where a browser lets it; a page from disk may load neither modules nor numbers.

if (location.protocol === "file:") {
  const problem = /** @type {HTMLElement} */ (document.getElementById("problem"));
  problem.textContent =
    "A page opened from disk may not read the numbers beside it: run “python -m http.server” in the folder of the " +
    "pages, and open http://localhost:8000 instead.";
  problem.hidden = false;
  document.querySelector("main")?.replaceChildren(problem);
} else {
  import("./main.js");
}
