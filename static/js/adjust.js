/** A picture before it is sent: turned, straightened and cut to the part that is to be read. */

const LARGEST = 3000; // pixels of the longer side of what is sent
const SHOWN = 1200; // and of what is shown
const LEAST = 0.04; // of the picture's sides, that the part has at least
const STEP = 0.02; // of them, by which a key moves it
const KEYS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
const WHOLE = { left: 0, top: 0, right: 1, bottom: 1 };
const SIDES = { nw: ["left", "top"], ne: ["right", "top"], sw: ["left", "bottom"], se: ["right", "bottom"] };

export class Adjustment {
  #place;
  #canvas;
  #frame;
  #slope;
  #file = null;
  #bitmap = null;
  #quarters = 0; // turns clockwise
  #part = WHOLE; // shares of the picture as it is turned

  /** `place` is where the picture is shown, with its frame and its tools. */
  constructor(place) {
    this.#place = place;
    this.#canvas = place.querySelector("canvas");
    this.#frame = place.querySelector(".crop");
    this.#slope = place.querySelector("[type=range]");
    for (const button of place.querySelectorAll("[data-turn]")) {
      button.addEventListener("click", () => this.#turn(this.#quarters + Number(button.dataset.turn)));
    }
    this.#slope.addEventListener("input", () => this.#turn(this.#quarters));
    place.querySelector(".reset").addEventListener("click", () => {
      this.#slope.value = 0;
      this.#turn(0);
    });
    this.#frame.addEventListener("pointerdown", (event) => this.#grasp(event));
    this.#frame.addEventListener("keydown", (event) => this.#nudge(event));
  }

  /** Show a picture; nothing where the browser cannot. */
  async open(file) {
    this.close();
    const bitmap = await createImageBitmap(file).catch(() => null);
    if (!bitmap) return;
    [this.#file, this.#bitmap] = [file, bitmap];
    this.#slope.value = 0;
    this.#place.hidden = false;
    this.#turn(0);
  }

  close() {
    this.#bitmap?.close();
    this.#file = this.#bitmap = null;
    this.#place.hidden = true;
  }

  /** The picture as it is to be read, as a file; that which was opened if nothing was changed, or nothing is open. */
  async result(file) {
    const isWhole = Object.keys(WHOLE).every((side) => this.#part[side] === WHOLE[side]);
    if (file !== this.#file || (isWhole && !this.#angle)) return file;
    const turned = document.createElement("canvas");
    this.#draw(turned, LARGEST);
    const { left, top, right, bottom } = this.#part;
    const part = document.createElement("canvas");
    part.width = Math.max(1, Math.round((right - left) * turned.width));
    part.height = Math.max(1, Math.round((bottom - top) * turned.height));
    part.getContext("2d").drawImage(turned, -left * turned.width, -top * turned.height);
    const blob = await new Promise((resolve) => part.toBlob(resolve, "image/jpeg", 0.95));
    return new File([blob], file.name, { type: blob.type });
  }

  get #angle() {
    return (this.#quarters * Math.PI) / 2 + (this.#slope.value * Math.PI) / 180;
  }

  #turn(quarters) {
    this.#quarters = (quarters + 4) % 4;
    this.#draw(this.#canvas, SHOWN);
    this.#cut(WHOLE);
  }

  /** Draw the picture, turned, on a canvas that just holds it, with `longest` pixels at most. */
  #draw(canvas, longest) {
    const { width, height } = this.#bitmap;
    const [cos, sin] = [Math.abs(Math.cos(this.#angle)), Math.abs(Math.sin(this.#angle))];
    const sides = [width * cos + height * sin, width * sin + height * cos];
    const scale = Math.min(1, longest / Math.max(...sides));
    [canvas.width, canvas.height] = sides.map((side) => Math.max(1, Math.round(side * scale)));
    const pen = canvas.getContext("2d");
    pen.fillStyle = this.#paper();
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.translate(canvas.width / 2, canvas.height / 2);
    pen.rotate(this.#angle);
    pen.scale(scale, scale);
    pen.drawImage(this.#bitmap, -width / 2, -height / 2);
  }

  /** The mean colour of the picture, for the corners that a slope leaves empty. */
  #paper() {
    const pixel = document.createElement("canvas");
    pixel.width = pixel.height = 1;
    const pen = pixel.getContext("2d");
    pen.drawImage(this.#bitmap, 0, 0, 1, 1);
    const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
    return alpha ? `rgb(${red} ${green} ${blue})` : "#fff";
  }

  #cut(part) {
    this.#part = part;
    for (const [side, share] of Object.entries(part)) {
      const isFar = side === "right" || side === "bottom";
      this.#frame.style[side] = `${100 * (isFar ? 1 - share : share)}%`;
    }
  }

  #grasp(event) {
    if (event.button) return;
    event.preventDefault();
    event.target.focus();
    const { width, height } = this.#canvas.getBoundingClientRect();
    const [from, { corner }] = [this.#part, event.target.dataset];
    const move = ({ clientX, clientY }) =>
      this.#cut(moved(from, corner, (clientX - event.clientX) / width, (clientY - event.clientY) / height));
    this.#frame.setPointerCapture(event.pointerId);
    this.#frame.addEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel"]) {
      this.#frame.addEventListener(end, () => this.#frame.removeEventListener("pointermove", move), { once: true });
    }
  }

  #nudge(event) {
    if (!(event.key in KEYS)) return;
    event.preventDefault();
    this.#cut(moved(this.#part, event.target.dataset.corner, ...KEYS[event.key]));
  }
}

/** A part of the picture with a corner moved, or as a whole where none is named. */
function moved(part, corner, across, down) {
  if (!corner) {
    const x = between(across, -part.left, 1 - part.right);
    const y = between(down, -part.top, 1 - part.bottom);
    return { left: part.left + x, top: part.top + y, right: part.right + x, bottom: part.bottom + y };
  }
  const [side, end] = SIDES[corner];
  const limits = {
    left: [0, part.right - LEAST],
    top: [0, part.bottom - LEAST],
    right: [part.left + LEAST, 1],
    bottom: [part.top + LEAST, 1],
  };
  return {
    ...part,
    [side]: between(part[side] + across, ...limits[side]),
    [end]: between(part[end] + down, ...limits[end]),
  };
}

const between = (value, low, high) => Math.min(Math.max(value, low), high);
