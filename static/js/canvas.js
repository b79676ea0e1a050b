/** The drawing surface: strokes made and rubbed out with mouse, finger or pen on a canvas, each step undoable. */

import { distance, erased, rounded, trace } from "./strokes.js";

const NEAR = 0.002; // a point as near as that to the last one says nothing new
const TIP = 0; // the button of the mouse, of a finger, and of a pen's tip
const ERASER = 5; // the button of a pen's other end
const NARROW = 0.6; // of its width, that a pen has on a wide sheet, where digits are smaller

export class Drawing {
  width = 0.045; // of the pen
  ratio = 1; // of the sheet's width to its height
  isErasing = false; // whether the eraser is in hand, not the pen
  penOnly = false; // whether touches draw nothing, as they may be the palm of a hand with a pen
  #canvas;
  #changed;
  #states = [[]]; // lists of strokes, from the empty canvas to the last step
  #now = 0; // the state on the canvas
  #pointer = null; // of the stroke under way: its id and type, its tool, where it is, and whether its step has begun

  /** `changed` is called whenever there is more or less ink, and when a stroke has ended. */
  constructor(canvas, changed) {
    this.#canvas = canvas;
    this.#changed = changed;
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#extend(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.#end(event));
    // Else a browser may take a quick tap on a button, just after a stroke, for the end of a gesture.
    canvas.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    new ResizeObserver(() => this.#fit()).observe(canvas);
  }

  /** The strokes drawn; a list that stands for this state of the drawing alone. */
  get strokes() {
    return this.#states[this.#now];
  }

  get isEmpty() {
    return this.strokes.length === 0;
  }

  /** Whether a stroke is under way. */
  get isBusy() {
    return this.#pointer !== null;
  }

  get canUndo() {
    return this.#now > 0;
  }

  get canRedo() {
    return this.#now < this.#states.length - 1;
  }

  undo() {
    if (this.canUndo) this.#go(this.#now - 1);
  }

  redo() {
    if (this.canRedo) this.#go(this.#now + 1);
  }

  clear() {
    if (!this.isEmpty) this.replace([]);
  }

  /** Go on with other strokes; the ones until now come back with undo. */
  replace(strokes) {
    this.#pointer = null;
    this.#put(strokes);
  }

  /** Take touches for drawing again. */
  letFingersDraw() {
    this.penOnly = false;
    this.#changed();
  }

  /** Go to another state; a stroke that is under way ends here. */
  #go(state) {
    this.#pointer = null;
    this.#now = state;
    this.#show();
  }

  /** Go on with these strokes: in a new step, or within that of the stroke under way. */
  #put(strokes) {
    if (strokes === this.strokes) return;
    if (!this.#pointer?.hasBegun) this.#now++;
    if (this.#pointer) this.#pointer.hasBegun = true;
    this.#states.splice(this.#now, Infinity, strokes);
    this.#show();
  }

  #begin(event) {
    if (event.pointerType === "pen") this.#letPenAlone();
    const isRefused = event.pointerType === "touch" && this.penOnly;
    if (this.#pointer || !event.isPrimary || isRefused || ![TIP, ERASER].includes(event.button)) return;
    this.#canvas.setPointerCapture(event.pointerId);
    const { pointerId: id, pointerType: type } = event;
    const [at] = this.#points([event]);
    const erases = this.isErasing || event.button === ERASER;
    this.#pointer = { id, type, at, move: erases ? erased : extended, hasBegun: false };
    this.#put(erases ? erased(this.strokes, at, at) : [...this.strokes, { points: [at], width: this.#penWidth }]);
  }

  #extend(event) {
    if (event.pointerId !== this.#pointer?.id) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    let strokes = this.strokes;
    for (const point of this.#points(moves.length ? moves : [event])) {
      strokes = this.#pointer.move(strokes, this.#pointer.at, point);
      this.#pointer.at = point;
    }
    this.#put(strokes);
  }

  #end(event) {
    if (event.pointerId !== this.#pointer?.id) return;
    this.#pointer = null;
    this.#changed();
  }

  /** Touches draw nothing from now on; if one does just now, it is the palm, which came first, and leaves nothing. */
  #letPenAlone() {
    this.penOnly = true;
    if (this.#pointer?.type !== "touch") return;
    if (this.#pointer.hasBegun) this.#states.length = this.#now--;
    this.#pointer = null;
  }

  get #penWidth() {
    return rounded(this.ratio > 1 ? NARROW * this.width : this.width);
  }

  #points(events) {
    const { left, top, height } = this.#canvas.getBoundingClientRect();
    return events.map(({ clientX, clientY }) => [(clientX - left) / height, (clientY - top) / height].map(rounded));
  }

  /** One canvas pixel for each pixel of the screen. */
  #fit() {
    const { clientWidth, clientHeight } = this.#canvas;
    this.#canvas.width = Math.round(clientWidth * devicePixelRatio);
    this.#canvas.height = Math.round(clientHeight * devicePixelRatio);
    this.#redraw();
  }

  #show() {
    this.#redraw();
    this.#changed();
  }

  #redraw() {
    const pen = this.#canvas.getContext("2d");
    pen.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    trace(pen, this.strokes, this.#canvas.height);
  }
}

/** The strokes with the last one drawn on to a point; the same list if it is there already. */
function extended(strokes, _, point) {
  const { points, width } = strokes.at(-1);
  if (distance(points.at(-1), point) < NEAR) return strokes;
  return [...strokes.slice(0, -1), { points: [...points, point], width }];
}
