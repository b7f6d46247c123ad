// Files that a reader drops on the page or pastes into it.

/** @param {(file: File) => void} take */
export function listenForFiles(take) {
  /** @type {(transfer: DataTransfer | null) => void} */
  const takeFirst = (transfer) => {
    const file = transfer?.files[0];
    if (file) take(file);
  };
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    takeFirst(event.dataTransfer);
  });
  document.addEventListener("paste", (event) => takeFirst(event.clipboardData));
}
