/** Checking and correcting by one key, or one tap, a digit; each is saved at once, in the order of the keys. */

import { answerOf } from "./page.js";

const root = document.querySelector(".labelling");
const saved = document.getElementById("saved");
const forms = [...root.querySelectorAll("form.label")];
const glyphs = forms.flatMap((form) => [...form.querySelectorAll(".glyphs li")].map(button));
const done = []; // what can be undone: how forms were, and where
const kept = new Map(); // what the site has of each form
const newest = new Map(); // what it shall have

let current = glyphs[0];
let queue = Promise.resolve();

/** The digit of a list item as a button. */
function button(item) {
  const glyph = document.createElement("button");
  glyph.type = "button";
  glyph.tabIndex = -1; // the arrows go on from the one that Tab reaches
  glyph.append(...item.childNodes);
  item.append(glyph);
  glyph.addEventListener("focus", () => choose(glyph));
  glyph.addEventListener("click", () => choose(glyph));
  return glyph;
}

const own = (form) => glyphs.filter((glyph) => glyph.form === form);
const labels = (form) => own(form).map((glyph) => glyph.querySelector("span").textContent);

function choose(glyph) {
  for (const other of [current, glyph]) {
    other.tabIndex = other === glyph ? 0 : -1;
    other.toggleAttribute("aria-current", other === glyph);
  }
  current = glyph;
}

function go(glyph) {
  if (!glyph) return;
  choose(glyph);
  glyph.focus();
}

/** The whole label with these characters for its digits. One that the label has not, as it was none, stays out. */
function written(form, characters) {
  const label = [...form.dataset.label];
  JSON.parse(form.dataset.places).forEach((place, i) => place !== null && (label[place] = characters[i]));
  return label.join("");
}

/** The digit so many further on, or so many answers; none beyond the ends. */
const step = (by) => glyphs[glyphs.indexOf(current) + by];
const entry = (by) => own(forms[forms.indexOf(current.form) + by])[0];

/** Show what a form now says, without saving it. */
function show(form, { characters, checked }) {
  own(form).forEach((glyph, i) => {
    glyph.querySelector("span").textContent = characters[i];
    glyph.setAttribute("aria-label", `Digit ${i + 1} of ${characters.length}: ${characters[i] === "?" ? "none" : characters[i]}`);
  });
  form.dataset.checked = checked;
  form.querySelector(".state").textContent = `Read as ${form.dataset.text}\n${checked || "not checked"}`;
}

const state = (form) => ({ characters: labels(form), checked: form.dataset.checked });

/** Let a form say something else, and save that. */
function change(form, wanted) {
  newest.set(form, wanted);
  show(form, wanted);
  queue = queue.then(() => save(form, wanted)).then((problem) => {
    saved.className = problem ? "error" : "";
    saved.textContent = problem || (wanted.checked ? `Saved: ${written(form, wanted.characters)}, ${wanted.checked}.` : "Undone.");
    if (!problem) kept.set(form, wanted);
    if (newest.get(form) === wanted) show(form, kept.get(form));
  });
}

function label(characters) {
  const form = current.form;
  done.push({ glyph: current, before: state(form) });
  change(form, { characters, checked: written(form, characters) === form.dataset.text ? "confirmed" : "corrected" });
}

function set(character) {
  const characters = labels(current.form);
  characters[own(current.form).indexOf(current)] = character;
  label(characters);
  go(step(1));
}

function confirm() {
  label(labels(current.form));
  go(entry(1));
}

function undo() {
  const last = done.pop();
  if (!last) return;
  change(last.glyph.form, last.before);
  go(last.glyph);
}

/** What went wrong, if anything did. */
async function save(form, { characters, checked }) {
  const data = new FormData(form);
  data.set("label", written(form, characters));
  if (!checked) data.set("forget", "1");
  try {
    const response = await fetch(form.action, { method: "POST", body: data, headers: { Prefer: "return=minimal" } });
    return response.ok ? "" : (await answerOf(response)).textContent;
  } catch {
    return "The site cannot be reached: this was not saved. Try again.";
  }
}

const KEYS = {
  ArrowRight: () => go(step(1)),
  ArrowLeft: () => go(step(-1)),
  ArrowDown: () => go(entry(1)),
  ArrowUp: () => go(entry(-1)),
  j: () => go(entry(1)),
  k: () => go(entry(-1)),
  x: () => set("?"),
  "?": () => set("?"),
  Enter: confirm,
  " ": confirm,
  u: undo,
  ...Object.fromEntries([..."0123456789"].map((digit) => [digit, () => set(digit)])),
};

root.addEventListener("keydown", (event) => {
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || !event.target.closest(".glyphs") || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
});
for (const key of root.querySelectorAll(".pad button")) key.addEventListener("click", () => KEYS[key.dataset.key]());

for (const form of forms) {
  kept.set(form, state(form));
  show(form, kept.get(form));
}
choose(current);
if ("begin" in root.dataset) current.focus({ preventScroll: true });
