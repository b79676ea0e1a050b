/** The tools to draw with: pens of a few widths, of which the browser remembers the last, and an eraser. */

import { HEIGHT, recall, remember } from "./storage.js";
import { RUBBER } from "./strokes.js";

const tools = [...document.getElementsByName("tool")];
const pens = tools.slice(0, -1);
const eraser = tools.at(-1);
const rubber = document.getElementById("rubber");

let drawing;
let pen;

/** Put the tools to use in a drawing on a canvas. */
export function lay(tooled, canvas) {
  drawing = tooled;
  const width = recall("localStorage", "pen");
  take(pens.find(({ value }) => value === width) ?? tools.find(({ defaultChecked }) => defaultChecked));
  for (const tool of tools) tool.addEventListener("change", () => take(tool));
  rubber.setAttribute("r", RUBBER * HEIGHT);
  for (const kind of ["pointermove", "pointerdown"]) canvas.addEventListener(kind, showRubber);
  canvas.addEventListener("pointerleave", () => rubber.toggleAttribute("hidden", true));
}

/** Take the eraser, or the pen if the eraser is in hand. */
export function swap() {
  take(drawing.isErasing ? pen : eraser);
}

/** Take the pen of the next width. */
export function nextPen() {
  take(pens[(pens.indexOf(pen) + 1) % pens.length]);
}

function take(tool) {
  tool.checked = true;
  drawing.isErasing = tool === eraser;
  if (drawing.isErasing) return;
  pen = tool;
  drawing.width = Number(pen.value);
  remember("localStorage", "pen", pen.value);
}

/** Show how far the eraser reaches where the pointer is. */
function showRubber(event) {
  const { left, top, height } = event.currentTarget.getBoundingClientRect();
  rubber.setAttribute("cx", (HEIGHT * (event.clientX - left)) / height);
  rubber.setAttribute("cy", (HEIGHT * (event.clientY - top)) / height);
  rubber.toggleAttribute("hidden", !drawing.isErasing);
}
