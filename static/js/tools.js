/** The tools to draw with: pens of a few widths, of which the browser remembers the last, and an eraser. */

import { recall, remember } from "./storage.js";
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
  rubber.setAttribute("r", `${100 * RUBBER}%`);
  for (const kind of ["pointermove", "pointerdown"]) canvas.addEventListener(kind, showRubber);
  for (const kind of ["pointerleave", "pointerup"]) canvas.addEventListener(kind, hideRubber);
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
  const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
  rubber.setAttribute("cx", `${(100 * (event.clientX - left)) / width}%`);
  rubber.setAttribute("cy", `${(100 * (event.clientY - top)) / height}%`);
  rubber.toggleAttribute("hidden", !drawing.isErasing);
}

function hideRubber(event) {
  if (event.type === "pointerleave" || event.pointerType === "touch") rubber.toggleAttribute("hidden", true);
}
