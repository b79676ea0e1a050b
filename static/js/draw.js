/** The drawing page: sends the drawing and shows the answer beside it, without leaving the page. */

import { Drawing } from "./canvas.js";

const form = document.getElementById("drawing");
const answer = document.getElementById("answer");
const undo = document.getElementById("undo");
const clear = document.getElementById("clear");

const drawing = new Drawing(document.getElementById("canvas"), () => {
  undo.disabled = clear.disabled = drawing.isEmpty;
});

let latest; // the request under way; a newer one takes its place

async function recognise() {
  if (drawing.isEmpty) return say("Nothing is drawn yet.");
  latest?.abort();
  const request = (latest = new AbortController());
  answer.ariaBusy = "true";
  try {
    const data = new FormData(form);
    data.set("image", await drawing.toBlob(), "drawing.png");
    const response = await fetch(form.action, { method: "POST", body: data, signal: request.signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    answer.replaceChildren(page.querySelector(".answer, [role=alert]"));
  } catch (error) {
    if (error.name !== "AbortError") say("The site cannot be reached. Your drawing is still here; try again.");
  } finally {
    if (request === latest) answer.ariaBusy = "false";
  }
}

function say(message) {
  const line = document.createElement("p");
  line.className = "error";
  line.setAttribute("role", "alert");
  line.textContent = message;
  answer.replaceChildren(line);
}

const KEYS = {
  Enter: recognise,
  s: recognise,
  c: () => drawing.clear(),
  Escape: () => drawing.clear(),
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  recognise();
});
undo.addEventListener("click", () => drawing.undo());
clear.addEventListener("click", () => drawing.clear());
document.addEventListener("keydown", (event) => {
  const onControl = event.target.closest("a, button, input, summary");
  if ((event.ctrlKey || event.metaKey) && event.key === "z") {
    event.preventDefault();
    drawing.undo();
  } else if (!event.ctrlKey && !event.metaKey && !event.altKey && KEYS[event.key] && !(onControl && event.key === "Enter")) {
    event.preventDefault();
    KEYS[event.key]();
  }
});
