/** A lesson for the site: the visitor writes digits that are asked for, one after the other. */

import { Drawing } from "./canvas.js";
import { answerOf } from "./page.js";
import { toPNG } from "./storage.js";
import { packed } from "./strokes.js";

const at = (id) => document.getElementById(id);
const lesson = [...at("lesson").dataset.lesson];
const half = lesson.length / 2;
const form = at("next");
const next = form.querySelector("button");
const drawing = new Drawing(at("canvas"), changed);
const verdicts = []; // of the digits written, whether the network alone, and with the hand, read them right

let isBusy = false; // while a digit is on its way

function changed() {
  next.disabled = at("again").disabled = drawing.isEmpty || isBusy;
}

async function send() {
  if (drawing.isEmpty || isBusy) return;
  isBusy = true;
  changed();
  try {
    const data = new FormData(form);
    data.set("digit", lesson[verdicts.length]);
    data.set("image", toPNG(drawing.strokes, 1), "digit.png");
    data.set("strokes", new Blob([JSON.stringify(packed(drawing.strokes))]), "strokes");
    const response = await fetch(form.action, { method: "POST", body: data });
    if (response.ok) advance(await response.json());
    else say((await answerOf(response)).textContent, true);
  } catch {
    say("The site cannot be reached. Your digit is still here: try again.", true);
  }
  isBusy = false;
  changed();
}

function advance(verdict) {
  verdicts.push(verdict);
  say("");
  drawing.clear();
  if (verdicts.length === lesson.length) return finish();
  at("asked").textContent = lesson[verdicts.length];
  at("place").textContent = `${verdicts.length + 1} of ${lesson.length}`;
}

/** Say what the first half was good for, by the second. */
function finish() {
  const second = verdicts.slice(half);
  const [alone, byHand] = ["alone", "by_hand"].map((reader) => second.filter((verdict) => verdict[reader]).length);
  at("lesson").querySelector(".paper").hidden = form.hidden = true;
  at("lesson").querySelector(".asked").textContent = "Thank you. Digits knows your hand now.";
  say(`Of your second ten digits the network alone read ${alone} right, and ${byHand} with what the first ten taught it.`);
}

function say(text, isError = false) {
  at("note").className = isError ? "error" : "quiet";
  at("note").textContent = text;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
at("again").addEventListener("click", () => drawing.clear());
document.addEventListener("keydown", (event) => {
  if (event.target.closest("button, a")) return;
  if (event.key === "Enter") send();
  if (event.key === "Escape") drawing.clear();
});
