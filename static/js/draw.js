/** The drawing page: shows the answer beside the drawing while it is made, and keeps it when asked to. */

import { Drawing } from "./canvas.js";

const PAUSE = 60; // milliseconds from an answer to the next question, while the drawing goes on

const form = document.getElementById("drawing");
const answer = document.getElementById("answer");
const empty = answer.firstElementChild;
const undo = document.getElementById("undo");
const clear = document.getElementById("clear");

let version = 0; // counts the changes of the drawing
let kept = 0; // the version that was sent last to be kept; other answers to it or to older ones are dropped
let failed = false; // whether that went wrong, and may be tried again
let following = false;

const drawing = new Drawing(document.getElementById("canvas"), () => {
  version++;
  undo.disabled = clear.disabled = drawing.isEmpty;
  if (drawing.isEmpty) show(empty);
  else follow();
});

/** Ask for one answer after the other, each to the newest drawing, until that is answered. */
async function follow() {
  if (following) return;
  following = true;
  for (let seen = null; seen !== version && !drawing.isEmpty; await pause(PAUSE)) {
    const mine = (seen = version);
    const found = await ask(form.dataset.live);
    if (mine > kept && !drawing.isEmpty && found.matches(".answer")) update(found);
  }
  following = false;
}

/** Ask for an answer that stays in the history. */
async function recognise() {
  if (drawing.isEmpty) return show(message("Nothing is drawn yet."));
  if (kept === version && !failed) return; // that answer is here or on its way
  const mine = (kept = version);
  failed = false;
  answer.ariaBusy = "true";
  const found = await ask(form.action);
  if (mine !== kept) return;
  answer.ariaBusy = "false";
  failed = !found.matches(".answer");
  if (!drawing.isEmpty && (mine === version || failed)) show(found);
}

/** The answer to the drawing as it is now, or what went wrong. */
async function ask(address) {
  try {
    const data = new FormData(form);
    data.set("image", await drawing.toBlob(), "drawing.png");
    const response = await fetch(address, { method: "POST", body: data });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return (
      page.querySelector(".answer, [role=alert]") ??
      message(`The site did not answer as it should (${response.status}). Your drawing is still here; try again.`)
    );
  } catch {
    return message("The site cannot be reached. Your drawing is still here; try again.");
  }
}

/** Show an answer; where the last one was to a single digit, too, its bars move to where they are now. */
function update(found) {
  const [oldBars, newBars] = [answer, found].map((place) => place.querySelectorAll("rect[data-share]"));
  if (oldBars.length !== newBars.length || found.querySelector(".steps")) return show(found);
  answer.querySelector(".steps")?.remove();
  for (const name of [".verdict", ".share", ".bars li > span"]) {
    const olds = answer.querySelectorAll(name);
    found.querySelectorAll(name).forEach((fresh, i) => olds[i].replaceWith(fresh.cloneNode(true)));
  }
  newBars.forEach((bar, i) => {
    oldBars[i].setAttribute("width", bar.getAttribute("width"));
    oldBars[i].closest("li").className = bar.closest("li").className;
  });
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function show(element) {
  answer.replaceChildren(element);
}

function message(text) {
  const line = document.createElement("p");
  line.className = "error";
  line.setAttribute("role", "alert");
  line.textContent = text;
  return line;
}

const KEYS = {
  enter: recognise,
  s: recognise,
  c: () => drawing.clear(),
  escape: () => drawing.clear(),
};

form.hidden = false; // without this script there is nothing to draw with
form.addEventListener("submit", (event) => {
  event.preventDefault();
  recognise();
});
undo.addEventListener("click", () => drawing.undo());
clear.addEventListener("click", () => drawing.clear());
document.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  const onControl = event.target.closest("a, button, input, summary");
  if ((event.ctrlKey || event.metaKey) && key === "z") {
    event.preventDefault();
    drawing.undo();
  } else if (!event.ctrlKey && !event.metaKey && !event.altKey && KEYS[key] && !(onControl && key === "enter")) {
    event.preventDefault();
    if (!event.repeat) KEYS[key]();
  }
});
