/** Where a drawing and its pen outlast the page: in files, of which an SVG can be opened again, and in the browser. */

import { checked, rounded, trace } from "./strokes.js";

export const HEIGHT = 400; // pixels of the PNG, in which the site says where digits are

const UNITS = 1000; // of the SVG's height
const LARGEST = 2_000_000; // bytes of an SVG, more than any drawing that the site takes
const MADE_HERE = "digits-drawing"; // the id that tells our SVGs from others
const LINE = /<polyline points="(?<points>[^"]*)" stroke-width="(?<width>[^"]*)"/g;

/**
 * Strokes as a PNG, black on white, the same whatever the size of the canvas on the screen. It is made at once: for
 * toBlob a busy Chromium waits until it is idle, for up to seven seconds.
 */
export function toPNG(strokes, ratio) {
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [ratio * HEIGHT, HEIGHT];
  const pen = sheet.getContext("2d", { willReadFrequently: true }); // else it is drawn, and fetched from, elsewhere
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, sheet.width, sheet.height);
  trace(pen, strokes, HEIGHT);
  const [, content] = sheet.toDataURL("image/png").split(",");
  return new Blob([Uint8Array.from(atob(content), (byte) => byte.charCodeAt(0))], { type: "image/png" });
}

/** Strokes as an SVG, a line each. */
export function toSVG(strokes, ratio) {
  const text = `<svg xmlns="http://www.w3.org/2000/svg" id="${MADE_HERE}" viewBox="0 0 ${ratio * UNITS} ${UNITS}" width="${ratio * HEIGHT}" height="${HEIGHT}">
<rect width="100%" height="100%" fill="#fff"/>
<g fill="none" stroke="#000" stroke-linecap="round" stroke-linejoin="round">
${strokes.map(line).join("\n")}
</g>
</svg>
`;
  return new Blob([text], { type: "image/svg+xml" });
}

/** The strokes in such an SVG, of which nothing else is looked at. Throws a TypeError if it is none. */
export async function fromSVG(file) {
  const text = file.size > LARGEST ? "" : await file.text();
  const lines = text.includes(MADE_HERE) ? [...text.matchAll(LINE)] : [];
  if (!lines.length) throw new TypeError("This is no drawing that was made here.");
  return lines.map(({ groups }) => stroke(groups));
}

/** Let the browser save a file. */
export function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // by when a slow browser, too, has begun to save it
}

/** What `read` makes of the value of a name in `sessionStorage` or `localStorage`; null if it is not there or strange. */
export function recall(storage, name, read = (value) => value) {
  try {
    return read(JSON.parse(window[storage].getItem(name)));
  } catch {
    return null;
  }
}

/** Keep a value under a name there, as JSON; where the visitor has switched that off or it is full, it is not kept. */
export function remember(storage, name, value) {
  try {
    window[storage].setItem(name, JSON.stringify(value));
  } catch {
    // Then it is forgotten with the page.
  }
}

function line({ points, width }) {
  const shown = points.length > 1 ? points : [points[0], points[0]]; // of a single point viewers show nothing
  return `<polyline points="${shown.map((point) => point.map(inUnits)).join(" ")}" stroke-width="${inUnits(width)}"/>`;
}

function stroke({ points, width }) {
  const shares = (pair) => pair.split(",").map(inShares);
  return checked({ points: points.split(" ").map(shares), width: inShares(width) });
}

const inUnits = (share) => rounded(share * UNITS);
const inShares = (units) => rounded(units / UNITS);
