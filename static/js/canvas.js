/** A drawing: strokes made with mouse, finger or pen on a canvas, kept as points from 0 to 1. */

const PEN = 0.045; // width of the pen, as a share of the canvas
const EXPORTED = 400; // pixels, the side of the picture that is sent

export class Drawing {
  strokes = [];
  #canvas;
  #pointer = null;
  #changed;

  /** `changed` is called whenever there is more or less ink. */
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

  get isEmpty() {
    return this.strokes.length === 0;
  }

  undo() {
    this.#keep(this.strokes.slice(0, -1));
  }

  clear() {
    this.#keep([]);
  }

  /** The drawing as a PNG, black on white, the same whatever the size of the canvas on the screen. */
  toBlob() {
    const sheet = document.createElement("canvas");
    sheet.width = sheet.height = EXPORTED;
    const pen = sheet.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, EXPORTED, EXPORTED);
    this.#trace(pen, EXPORTED);
    return new Promise((resolve) => sheet.toBlob(resolve, "image/png"));
  }

  /** Go on with these strokes alone; one that is being drawn ends here. */
  #keep(strokes) {
    if (this.isEmpty) return;
    this.#pointer = null;
    this.strokes = strokes;
    this.#redraw();
    this.#changed();
  }

  #begin(event) {
    if (this.#pointer !== null || !event.isPrimary || event.button !== 0) return;
    this.#pointer = event.pointerId;
    this.#canvas.setPointerCapture(event.pointerId);
    this.strokes.push([this.#point(event)]);
    this.#redraw();
    this.#changed();
  }

  #extend(event) {
    if (event.pointerId !== this.#pointer) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    this.strokes.at(-1).push(...(moves.length ? moves : [event]).map((move) => this.#point(move)));
    this.#redraw();
    this.#changed();
  }

  #end(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = null;
  }

  #point(event) {
    const box = this.#canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  /** One canvas pixel for each pixel of the screen. */
  #fit() {
    const side = Math.round(this.#canvas.clientWidth * devicePixelRatio);
    this.#canvas.width = this.#canvas.height = side;
    this.#redraw();
  }

  #redraw() {
    const pen = this.#canvas.getContext("2d");
    pen.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.#trace(pen, this.#canvas.width);
  }

  /** Quadratic curves through the midpoints between the points, so that strokes have no corners. */
  #trace(pen, side) {
    pen.lineWidth = PEN * side;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#000";
    for (const stroke of this.strokes) {
      const points = stroke.map(([x, y]) => [x * side, y * side]);
      pen.beginPath();
      pen.moveTo(...points[0]);
      for (let i = 1; i < points.length - 1; i++) {
        const [x, y] = points[i];
        const [nextX, nextY] = points[i + 1];
        pen.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
      }
      const [x, y] = points.at(-1);
      pen.lineTo(points.length > 1 ? x : x + 0.01, y); // a line of no length is not drawn, but a tap leaves a dot
      pen.stroke();
    }
  }
}
