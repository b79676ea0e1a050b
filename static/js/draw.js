/** The drawing page: shows the answer beside the drawing while it is made, and keeps both when asked to. */

import { mark, sayLater, show, showNothing, update } from "./answer.js";
import { Drawing } from "./canvas.js";
import { choose } from "./correct.js";
import { answerOf, message, pause, restAfter } from "./page.js";
import { download, fromSVG, HEIGHT, recall, remember, toPNG, toSVG } from "./storage.js";
import { isWide, packed, rightOf, squared, unpacked } from "./strokes.js";
import { lay, nextPen, swap } from "./tools.js";

const PAUSE = 60; // milliseconds from an answer to the next question, while a stroke goes on
const RETRY = 3000; // milliseconds, while the site cannot be reached
const SEEN = 120; // pixels of an answer that must be in the window, or it is brought there
const WIDE = 2.5; // times its height that a sheet for numbers is wide
const WIDEST = 10; // and how wide it can become
const PIECE = 1.25; // by which it becomes wider
const REST = 900; // milliseconds without a stroke, after which a sheet may move
const ROOM = 0.6; // to the right of what is written, in heights of the sheet
const NO_INK = 204; // the status of the answer to a drawing in which there is too little to read

const at = (id) => document.getElementById(id);
const page = at("drawing");
const sheet = page.querySelector(".paper > div");
const form = at("recognise");
const file = at("file");
const drawing = new Drawing(at("canvas"), changed);

const kept = new WeakMap(); // drawings that are in the history or on their way there → the answers, as far as known
let seen = null; // the drawing that was asked about last
let turn = 0; // counts what "Keep this answer" has begun and shown: live answers to questions from before are dropped
let following = false;
let wake; // ends a pause
let resting; // the timer of a rest

function changed() {
  at("undo").disabled = !drawing.canUndo;
  at("redo").disabled = !drawing.canRedo;
  for (const id of ["clear", "png", "svg"]) at(id).disabled = drawing.isEmpty;
  at("pen-only").hidden = !drawing.penOnly;
  at("left").hidden = at("replace").hidden = true;
  lengthen();
  say("");
  if (drawing.isEmpty) {
    seen = null;
    showNothing();
    sayLater();
  } else follow();
  if (drawing.isBusy) return;
  wake?.();
  save();
}

/** Ask for one answer after the other, each to the newest drawing, until that is answered. */
async function follow() {
  if (following) return;
  following = true;
  for (; seen !== drawing.strokes && !drawing.isEmpty; drawing.isBusy && (await breath())) {
    seen = drawing.strokes;
    const before = turn;
    const [status, found, rest] = kept.get(seen) ?? (await ask(form.dataset.live));
    if (rest) seen = null; // it is still to be answered
    if (before === turn && !drawing.isEmpty) {
      if (status === NO_INK) showNothing();
      else update(found);
      sayLater();
    }
    if (rest) await pause(rest);
  }
  following = false;
  if (!drawing.isBusy) mark();
}

function breath() {
  return new Promise((resolve) => {
    wake = resolve;
    setTimeout(resolve, PAUSE);
  });
}

/** Ask for an answer that stays in the history, with the strokes. */
async function recognise() {
  const strokes = drawing.strokes;
  if (drawing.isEmpty) return show(message("Nothing is drawn yet."));
  if (kept.has(strokes)) return say("Already saved in your history.");
  kept.set(strokes, null);
  turn++;
  const answer = await ask(form.action, { strokes: new Blob([JSON.stringify(packed(strokes))]) });
  const [, found] = answer;
  for (const article of found.querySelectorAll("article")) article.hidden = false; // its own page shows them in turn
  const isKept = found.matches(".answer") && !found.querySelector(".notice");
  if (isKept) kept.set(strokes, answer);
  else kept.delete(strokes);
  save();
  if (drawing.isEmpty || (isKept && strokes !== drawing.strokes)) return;
  turn++;
  show(found);
  mark();
  sayLater();
  if (isKept) say("Kept in your history.");
  at("replace").hidden = !(isKept && page.dataset.replaces);
  if (at("answer").getBoundingClientRect().top > innerHeight - SEEN) at("answer").scrollIntoView();
}

/** The status, the answer to the drawing as it is now, or what went wrong, and how long to wait before asking again. */
async function ask(address, files = {}) {
  try {
    const data = new FormData(form);
    for (const [name, content] of Object.entries(files)) data.set(name, content, name);
    data.set("image", toPNG(drawing.strokes, drawing.ratio), "drawing.png");
    const response = await fetch(address, { method: "POST", body: data });
    return [response.status, await answerOf(response), restAfter(response)];
  } catch {
    return [0, message("The site cannot be reached. Your drawing is still here, and is read when the site is back."), RETRY];
  }
}

/** Keep an answer of which a digit was tapped that is to be corrected, and select that digit. */
async function correct(digit) {
  const place = [...at("answer").querySelectorAll(".digit")].indexOf(digit);
  await recognise();
  const fresh = at("answer").querySelectorAll(".digit")[place];
  if (fresh) choose(fresh);
}

/** Delete the entry that the drawing was begun from, of which a newer one is kept. */
async function replace() {
  const data = new FormData();
  data.set("csrf_token", form.elements.csrf_token.value);
  try {
    const response = await fetch(page.dataset.replaces, { method: "POST", body: data });
    if (!response.ok) return say((await answerOf(response)).textContent, true);
    delete page.dataset.replaces;
    at("replace").hidden = true;
    say("The earlier drawing is deleted. It can be brought back from the history for an hour.");
  } catch {
    say("The site cannot be reached. Try again.", true);
  }
}

function say(text, isError = false) {
  at("note").textContent = text;
  at("note").className = isError ? "error" : "quiet";
}

/** Remember the drawing for when the page is loaded again, also after its tab was closed. */
function save() {
  const saved = { ...packed(drawing.strokes), isKept: kept.has(drawing.strokes) };
  for (const storage of ["sessionStorage", "localStorage"]) remember(storage, "drawing", saved);
}

/** Bring back the drawing of before, unless it is in the history and a new one is begun; open the one asked for. */
function restore() {
  const [{ type }] = performance.getEntriesByType("navigation");
  const isNew = type === "navigate"; // not loaded again, nor come back to
  const [before, left] = ["sessionStorage", "localStorage"].map((storage) =>
    recall(storage, "drawing", (saved) => ({ strokes: unpacked(saved), isKept: saved.isKept })));
  if (!before && left?.strokes.length && !left.isKept) offer(left.strokes);
  if (before?.strokes.length && !(isNew && before.isKept)) open(before.strokes, before.isKept);
  if (!page.dataset.strokes) return;
  open(unpacked(JSON.parse(page.dataset.strokes)), true);
  history.replaceState(null, "", page.dataset.address); // as from here on it is a drawing like any other
}

/** Offer a drawing that was left without being kept. */
function offer(strokes) {
  at("left").hidden = false;
  at("back").addEventListener("click", () => open(strokes));
}

function open(strokes, isKept = false) {
  if (isKept) kept.set(strokes, null);
  if (isWide(strokes)) layOut(WIDE);
  drawing.replace(strokes);
}

/** Lay a square sheet, or a wide one. */
function layOut(ratio) {
  drawing.ratio = ratio;
  sheet.style.setProperty("--ratio", ratio);
  page.querySelector(".along").hidden = ratio <= WIDE;
  page.closest(".desk").classList.toggle("wide", ratio > 1);
  sheet.querySelector("svg").setAttribute("viewBox", `0 0 ${ratio * HEIGHT} ${HEIGHT}`);
  at("wide").setAttribute("aria-pressed", ratio > 1);
}

/** Make a wide sheet longer where it is full; after a rest, lest it moves under the pen, show where to go on. */
function lengthen() {
  clearTimeout(resting);
  if (drawing.ratio === 1 || drawing.isBusy) return;
  const end = rightOf(drawing.strokes) + ROOM;
  const ratio = drawing.isEmpty ? WIDE : Math.min(PIECE * Math.ceil(end / PIECE), WIDEST);
  if (drawing.isEmpty || ratio > drawing.ratio) layOut(ratio);
  resting = setTimeout(() => {
    const { scrollLeft, clientWidth, clientHeight } = sheet.parentElement;
    const hidden = end * clientHeight - clientWidth - scrollLeft;
    if (hidden > 0 || hidden < -clientWidth) glide(hidden);
  }, REST);
}

/** Move the part of a sheet that is seen by so many pixels; who has moved it is not moved on. */
function glide(left) {
  clearTimeout(resting);
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  sheet.parentElement.scrollBy({ left, behavior });
}

/** Change the sheet; what would lie beyond a square one becomes smaller. */
function changeSheet() {
  const { ratio, strokes } = drawing;
  layOut(ratio > 1 ? 1 : WIDE);
  remember("localStorage", "ratio", drawing.ratio);
  seen = null; // the picture is another one
  if (ratio > 1 && isWide(strokes)) drawing.replace(squared(strokes, ratio));
  else follow();
}

/** Open the file chosen, if it is a drawing; a picture is read as an upload. */
async function openFile() {
  const [chosen] = file.files;
  file.value = ""; // so that the same can be chosen again
  if (!chosen) return;
  try {
    open(await fromSVG(chosen));
  } catch {
    if (isPicture(chosen)) readPicture(chosen);
    else say(`${chosen.name} is neither a picture nor a drawing saved from this page; nothing was changed.`, true);
  }
}

const isPicture = ({ type }) => type.startsWith("image/") && !type.includes("svg");

/** Read a picture as if it had been uploaded, and go to its answer. */
async function readPicture(picture) {
  say("Reading the picture…");
  const data = new FormData(form);
  data.set("source", "upload");
  data.set("image", picture);
  try {
    const response = await fetch(form.action, { method: "POST", body: data });
    if (response.redirected) location.assign(response.url);
    else say((await answerOf(response)).textContent, true);
  } catch {
    say("The site cannot be reached. Your drawing is still here.", true);
  }
}

const ACTIONS = {
  undo: () => drawing.undo(),
  redo: () => drawing.redo(),
  clear: () => drawing.clear(),
  open: () => file.click(),
  wide: changeSheet,
  backward: () => glide(-0.6 * sheet.parentElement.clientWidth),
  forward: () => glide(0.6 * sheet.parentElement.clientWidth),
  replace,
  png: () => download(toPNG(drawing.strokes, drawing.ratio), "drawing.png"),
  svg: () => download(toSVG(drawing.strokes, drawing.ratio), "drawing.svg"),
  fingers: () => drawing.letFingersDraw(),
};
const KEYS = { enter: recognise, s: recognise, c: ACTIONS.clear, escape: ACTIONS.clear, e: swap, w: nextPen };
const KEYS_WITH_CONTROL = { z: ACTIONS.undo, "shift+z": ACTIONS.redo, y: ACTIONS.redo };

if (navigator.serviceWorker) { // which pages without HTTPS have not
  const { worker } = page.dataset;
  const refused = () => {}; // then there is no page without a line
  addEventListener("load", () => navigator.serviceWorker.register(worker, { updateViaCache: "none" }).catch(refused));
}
lay(drawing, at("canvas"));
layOut(recall("localStorage", "ratio") === 1 ? 1 : WIDE);
restore();
file.addEventListener("change", openFile);
document.addEventListener("paste", (event) => {
  const picture = [...event.clipboardData.files].find(isPicture);
  if (picture) readPicture(picture);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  recognise();
});
at("answer").addEventListener("corrected", () => {
  const answer = kept.get(drawing.strokes);
  if (answer) answer[1] = at("answer").firstElementChild.cloneNode(true);
});
at("answer").addEventListener("click", ({ target }) => {
  const digit = target.closest("article .digit");
  if (digit && !at("answer").querySelector(".saying")) correct(digit);
});
for (const [id, action] of Object.entries(ACTIONS)) at(id).addEventListener("click", action);
document.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  const hasControl = event.ctrlKey || event.metaKey;
  const action = hasControl ? KEYS_WITH_CONTROL[(event.shiftKey ? "shift+" : "") + key] : KEYS[key];
  const isTyped = event.target.closest("textarea, select, input:not([type=radio])");
  const isPress = key === "enter" && event.target.closest("a, button, summary");
  if (!action || event.altKey || isTyped || isPress) return;
  event.preventDefault();
  if (!event.repeat || hasControl) action();
});
