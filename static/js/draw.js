/** The drawing page: sends the drawing and shows the answer beside it, without leaving the page. */

import { Drawing } from "./canvas.js";

const form = document.getElementById("drawing");
const answer = document.getElementById("answer");
const empty = answer.firstElementChild;
const undo = document.getElementById("undo");
const clear = document.getElementById("clear");

let version = 0; // counts the changes of the drawing
let asked = null; // the version that was sent last; answers to older ones are dropped

const drawing = new Drawing(document.getElementById("canvas"), () => {
  version++;
  undo.disabled = clear.disabled = drawing.isEmpty;
  if (drawing.isEmpty) show(empty);
  else answer.classList.add("stale");
});

async function recognise() {
  if (drawing.isEmpty) return show(message("Nothing is drawn yet."));
  if (asked === version) return; // that answer is here or on its way
  const mine = (asked = version);
  answer.ariaBusy = "true";
  const found = await ask();
  if (mine !== asked) return;
  answer.ariaBusy = "false";
  if (drawing.isEmpty) return;
  show(found);
  answer.classList.toggle("stale", mine !== version);
  if (!found.matches(".answer")) asked = null; // it may be tried again
}

/** The answer to the drawing as it is now, or what went wrong. */
async function ask() {
  try {
    const data = new FormData(form);
    data.set("image", await drawing.toBlob(), "drawing.png");
    const response = await fetch(form.action, { method: "POST", body: data });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return (
      page.querySelector(".answer, [role=alert]") ??
      message(`The site did not answer as it should (${response.status}). Your drawing is still here; try again.`)
    );
  } catch {
    return message("The site cannot be reached. Your drawing is still here; try again.");
  }
}

function show(element) {
  answer.classList.remove("stale");
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
