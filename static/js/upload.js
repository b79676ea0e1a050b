/** The upload page: takes pictures from the form, the clipboard, a drop or the phone's camera; many become a batch. */

import { Adjustment } from "./adjust.js";
import { Batch } from "./batch.js";
import { dropped } from "./files.js";
import { find, keep } from "./originals.js";

const input = document.getElementById("image");
const form = input.form;
const photo = document.getElementById("photo");
const drop = document.getElementById("drop");
const AGAIN = "#again-"; // and the number of an answer
const AWAY = 600; // milliseconds without a sign of what was dragged over the page, after which it has left
const hasFiles = (event) => event.dataTransfer.types.includes("Files");
const adjustment = new Adjustment(document.getElementById("adjust"));
const batch = new Batch(form, document.getElementById("batch"), (entry) => keep(entry, original));

let leaving;
let original; // of the single picture that was sent last
let again; // the picture of an answer, if that is to be read again

/** As if these had been chosen in the form. */
function choose(files) {
  const list = new DataTransfer();
  for (const file of files) list.items.add(file);
  input.files = list.files;
}

/** As if these had been chosen in the form, and sent. */
function send(files) {
  choose(files);
  if (input.files.length) form.requestSubmit();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const files = [...input.files];
  input.value = "";
  [original] = files;
  const adjusted = files.length === 1 ? [await adjustment.result(original)] : files;
  adjustment.close();
  batch.add(adjusted, [], adjusted[0] !== original || original === again);
});

input.addEventListener("change", () => (input.files.length === 1 ? adjustment.open(input.files[0]) : adjustment.close()));

/** Take the picture of an answer once more, as its page asks for, or one that another program shares. */
async function takeUp(file) {
  if (!file) return;
  choose([file]);
  adjustment.open(file);
}

/** The picture that the service worker has put aside. */
async function findShared() {
  const shared = await caches.open("shared");
  const response = await shared.match("picture");
  await shared.delete("picture");
  return response && new File([await response.blob()], "shared picture", { type: response.headers.get("Content-Type") });
}

if (location.hash.startsWith(AGAIN)) takeUp((again = await find(Number(location.hash.slice(AGAIN.length)))));
if (location.hash === "#shared") takeUp(await findShared());

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
