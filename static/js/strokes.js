/**
 * Strokes: `{points: [[x, y], …], width}`, all as shares of the sheet's height. A stroke and a list of strokes are never
 * changed, only replaced, so that a list is one state of a drawing.
 */

export const RUBBER = 0.035; // radius of the eraser

const FINE = 0.005; // the length of a piece of a curve that is as good as straight
const DOT = 1e-4; // a line of no length is not drawn, but a tap leaves a dot
const DIGITS = 4; // behind the point of a coordinate
const LARGEST = 1e6; // of a coordinate, as for the site

export const distance = ([x, y], [otherX, otherY]) => Math.hypot(x - otherX, y - otherY);

export const rounded = (share) => Number(share.toFixed(DIGITS));

/** Draw strokes in black on a 2D context that is `height` pixels high. */
export function trace(pen, strokes, height) {
  pen.save();
  pen.scale(height, height);
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = "#000";
  for (const { points, width } of strokes) {
    pen.lineWidth = width;
    pen.beginPath();
    pen.moveTo(...points[0]);
    pen.lineTo(points[0][0] + DOT, points[0][1]);
    for (const [control, end] of curves(points)) pen.quadraticCurveTo(...control, ...end);
    pen.stroke();
  }
  pen.restore();
}

/** What the eraser leaves of strokes on its straight way from a point to another: the same list if it meets none. */
export function erased(strokes, from, to) {
  const left = strokes.flatMap((stroke) => remains(stroke, from, to));
  return left.length === strokes.length && left.every((stroke, i) => stroke === strokes[i]) ? strokes : left;
}

/** Strokes as JSON: `{strokes: [[[x, y], …], …], widths: [one each]}`, as the site keeps them. */
export function packed(strokes) {
  return { strokes: strokes.map(({ points }) => points), widths: strokes.map(({ width }) => width) };
}

/** The strokes in such JSON, parsed. Throws a TypeError for anything else. */
export function unpacked({ strokes, widths }) {
  return strokes.map((points, i) => checked({ points, width: widths[i] }));
}

/** Strokes, of a sheet that is `ratio` times as wide as it is high, in the middle of a square one. */
export function squared(strokes, ratio) {
  const move = ([x, y]) => [x / ratio, (1 - 1 / ratio) / 2 + y / ratio].map(rounded);
  return strokes.map((stroke) => ({ ...stroke, points: stroke.points.map(move), width: rounded(stroke.width / ratio) }));
}

/** How far to the right strokes go. */
export const rightOf = (strokes) => Math.max(0, ...strokes.map(({ points }) => Math.max(...points.map(([x]) => x))));

/** Whether strokes go beyond a square sheet. */
export const isWide = (strokes) => rightOf(strokes) > 1;

/** The stroke, if it is one. Throws a TypeError. */
export function checked(stroke) {
  const { points, width } = stroke;
  const isPoint = (point) => point.length === 2 && point.every((share) => Math.abs(share) <= LARGEST);
  if (!(width > 0 && width <= LARGEST && points.length && points.every(isPoint))) throw new TypeError("This is no stroke.");
  return stroke;
}

/** Quadratic curves through the midpoints between the points, so that strokes have no corners: [control, end] each. */
function curves(points) {
  return points.slice(1).map((point, i) => [point, i + 2 < points.length ? between(point, points[i + 2], 0.5) : point]);
}

/** The pieces of a stroke out of the eraser's reach; where its ends are round, they just touch it. */
function remains(stroke, from, to) {
  const reach = RUBBER + stroke.width / 2;
  const points = stroke.isFine ? stroke.points : flattened(stroke.points);
  const isTouched = points.map((point) => distance(point, nearest(point, from, to)) < reach);
  if (!isTouched.includes(true)) return [stroke];
  const pieces = [[]];
  points.forEach((point, i) => (isTouched[i] ? pieces.push([]) : pieces.at(-1).push(point)));
  return pieces.filter((piece) => piece.length).map((piece) => ({ ...stroke, points: piece, isFine: true }));
}

/** The curves of a stroke as points so near to each other that a piece of the stroke keeps its shape. */
function flattened(points) {
  const fine = [points[0]];
  for (const [control, end] of curves(points)) {
    const start = fine.at(-1);
    const steps = Math.ceil((distance(start, control) + distance(control, end)) / FINE);
    for (let step = 1; step <= steps; step++) {
      const t = step / steps;
      fine.push(between(between(start, control, t), between(control, end, t), t).map(rounded));
    }
  }
  return fine;
}

const between = ([x, y], [otherX, otherY], t) => [x + t * (otherX - x), y + t * (otherY - y)];

/** The point of a straight line that is nearest to a point. */
function nearest([x, y], from, to) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const along = ((x - from[0]) * dx + (y - from[1]) * dy) / (dx * dx + dy * dy || 1);
  return between(from, to, Math.min(Math.max(along, 0), 1));
}
