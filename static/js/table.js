/** A table that was read: keys as in a spreadsheet, cells pasted from one, and each cell's digits in the picture. */

const form = document.querySelector(".saying");
const rows = [...form.querySelectorAll("tr")].map((row) => [...row.querySelectorAll("input")]);
const cells = rows.flat();
const boxes = document.querySelectorAll(".boxed a");
const cellOf = JSON.parse(form.dataset.cells); // of each digit

form.addEventListener("keydown", (event) => {
  const cell = event.target;
  const place = cells.indexOf(cell);
  if (place < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
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

form.addEventListener("focusin", ({ target }) => {
  const chosen = cells.indexOf(target);
  if (chosen < 0) return;
  target.select();
  boxes.forEach((box, digit) => box.classList.toggle("lit", cellOf[digit] === chosen));
});

form.addEventListener("focusout", () => boxes.forEach((box) => box.classList.remove("lit")));

// What was copied in a spreadsheet goes into as many cells.
form.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
  const place = cells.indexOf(event.target);
  if (place < 0 || !/[\t\n]/.test(text)) return;
  event.preventDefault();
  const [top, left] = [Math.floor(place / rows[0].length), place % rows[0].length];
  text.split(/\r?\n/).forEach((line, down) => line.split("\t").forEach((value, across) => {
    const cell = rows[top + down]?.[left + across];
    if (cell) cell.value = value;
  }));
  event.target.dispatchEvent(new Event("input", { bubbles: true }));
});
