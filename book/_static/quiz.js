// Checks the answer of a quiz in the page. Without this script the solution can be opened all the same.
(() => {
  "use strict";

  const given = (quiz) => {
    const field = quiz.querySelector("input[type=number], input:checked");
    return field && field.value !== "" ? Number(field.value) : NaN;
  };

  function isRight(quiz) {
    const { answer, within } = quiz.dataset;
    const allowed = Number(within) + 1e-9 * Math.max(1, Math.abs(answer)); // 0.1 + 0.2 is within 0.1 of 0.2
    return Math.abs(given(quiz) - Number(answer)) <= allowed;
  }

  function check(quiz) {
    const verdict = quiz.querySelector(".quiz-verdict");
    const solution = quiz.querySelector("details");
    const right = isRight(quiz);
    if (Number.isNaN(given(quiz))) {
      verdict.textContent = quiz.querySelector("input[type=number]") ? "Type a number first." : "Choose an answer first.";
      return;
    }
    if (right) verdict.textContent = "Right.";
    else if (quiz.dataset.tried) verdict.textContent = "Not right. The solution is below.";
    else verdict.textContent = "Not right. Try once more, or open the solution.";
    solution.open ||= right || Boolean(quiz.dataset.tried);
    quiz.dataset.verdict = right ? "right" : "wrong";
    quiz.dataset.tried = "once";
  }

  for (const quiz of document.querySelectorAll(".quiz")) {
    quiz.querySelector("button").addEventListener("click", () => check(quiz));
    quiz.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("input")) check(quiz);
    });
    quiz.addEventListener("input", () => {
      quiz.querySelector(".quiz-verdict").textContent = "";
      delete quiz.dataset.verdict;
    });
  }
})();
