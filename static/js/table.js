/** Tables that were read: keys as in a spreadsheet, cells pasted from one, and each cell's digits in the picture. */

/** The rows of cells of the table that a field is in; none of any other field. */
function rowsAround(field) {
  const rows = field.closest(".saying table")?.rows ?? [];
  return [...rows].map((row) => [...row.getElementsByTagName("input")]);
}

document.addEventListener("keydown", (event) => {
  const cell = event.target;
  const rows = rowsAround(cell);
  if (!rows.length || event.altKey || event.ctrlKey || event.metaKey) return;
  const cells = rows.flat();
  const place = cells.indexOf(cell);
  const isWhole = cell.selectionEnd - cell.selectionStart === cell.value.length;
  const atStart = isWhole || cell.selectionEnd === 0;
  const atEnd = isWhole || cell.selectionStart === cell.value.length;
  const columns = rows[0].length;
  const step = {
    ArrowUp: -columns,
    ArrowDown: columns,
    Enter: event.shiftKey ? -columns : columns,
    ArrowLeft: atStart && place % columns && -1,
    ArrowRight: atEnd && (place + 1) % columns && 1,
  }[event.key];
  if (!step || !cells[place + step]) return;
  event.preventDefault();
  cells[place + step].focus();
});

document.addEventListener("focusin", ({ target }) => {
  const chosen = rowsAround(target).flat().indexOf(target);
  if (chosen < 0) return;
  target.select();
  const cellOf = JSON.parse(target.form.dataset.cells); // of each digit
  boxes().forEach((box, digit) => box.classList.toggle("lit", cellOf[digit] === chosen));
});

document.addEventListener("focusout", () => boxes().forEach((box) => box.classList.remove("lit")));

// What was copied in a spreadsheet goes into as many cells.
document.addEventListener("paste", (event) => {
  const rows = rowsAround(event.target);
  const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
  if (!rows.length || !/[\t\n]/.test(text)) return;
  event.preventDefault();
  const top = rows.findIndex((row) => row.includes(event.target));
  const left = rows[top].indexOf(event.target);
  text.split(/\r?\n/).forEach((line, down) => line.split("\t").forEach((value, across) => {
    const cell = rows[top + down]?.[left + across];
    if (cell) cell.value = value;
  }));
  event.target.dispatchEvent(new Event("input", { bubbles: true }));
});

/** Those of the digits in the picture, where a page shows it. */
const boxes = () => document.querySelectorAll(".boxed a");
