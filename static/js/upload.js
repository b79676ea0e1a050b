/** The upload page: takes pictures from the form, the clipboard, a drop or the phone's camera; many become a batch. */

import { Batch } from "./batch.js";
import { dropped } from "./files.js";

const input = document.getElementById("image");
const form = input.form;
const photo = document.getElementById("photo");
const drop = document.getElementById("drop");
const AWAY = 600; // milliseconds without a sign of what was dragged over the page, after which it has left
const hasFiles = (event) => event.dataTransfer.types.includes("Files");
const batch = new Batch(form, document.getElementById("batch"));

let leaving;

/** As if these had been chosen in the form, and sent. */
function send(files) {
  const list = new DataTransfer();
  for (const file of files) list.items.add(file);
  input.files = list.files;
  if (list.files.length) form.requestSubmit();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  batch.add([...input.files]);
  input.value = "";
});

photo.addEventListener("change", () => send(photo.files));

document.addEventListener("paste", (event) => send(event.clipboardData.files));

document.addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault(); // so that they may be dropped
  drop.hidden = false;
  clearTimeout(leaving); // while they are over the page this happens all the time
  leaving = setTimeout(() => (drop.hidden = true), AWAY);
});
document.addEventListener("drop", async (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  drop.hidden = true;
  const { files, unreadable } = await dropped(event.dataTransfer);
  if (unreadable.length) batch.add(files, unreadable);
  else send(files);
});
