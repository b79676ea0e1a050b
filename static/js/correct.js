/** Correcting an answer where it stands: type what it says, or tap a digit and type that one. Saved at once. */

import { copy } from "./clipboard.js";
import { answerOf, pageOf } from "./page.js";

const PAUSE = 600; // milliseconds after a key
const FIELD = ".saying :is([name=label], [name=cell])";

const waiting = new WeakMap(); // forms → timers
const last = new WeakMap(); // forms → the field of it that had the focus last

let queue = Promise.resolve(); // of what is saved, one after the other

document.addEventListener("input", (event) => {
  const form = event.target.closest(".saying");
  if (!form) return;
  form.querySelector(".copy").textContent = "Copy";
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => enqueue(form), PAUSE));
});

// Who leaves the number may leave the page.
document.addEventListener("change", (event) => event.target.matches(FIELD) && enqueue(event.target.form));

// Else it would press the first button, which may be Undo.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches(`input:is(${FIELD})`)) return;
  event.preventDefault();
  enqueue(event.target.form);
});

// What opens stays open: nothing may move between the two halves of a click.
document.addEventListener("focusin", ({ target }) => {
  if (!target.matches(FIELD)) return;
  target.form.classList.add("open");
  last.set(target.form, target);
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest(".saying");
  if (!form) return;
  event.preventDefault();
  enqueue(form, event.submitter);
});

document.addEventListener("click", (event) => {
  const sign = event.target.closest(".signs button");
  if (sign) return put(sign.closest(".saying"), sign.dataset.sign);
  const button = event.target.closest(".saying .copy");
  if (button) return take(button);
  const aloud = event.target.closest(".saying .aloud");
  if (aloud) return readAloud(aloud.form);
  const digit = event.target.closest(".answer article .digit, .answer article .frame, .boxed a");
  if (digit && event.detail) choose(digit); // by the keyboard a box is only looked at
});

// The cursor stays in the number.
document.addEventListener("pointerdown", (event) => event.target.closest(".signs button") && event.preventDefault());

/** Select in the number the digit that was tapped, so that the next key changes it. */
export function choose(tapped) {
  const box = tapped.closest(".boxed a");
  const article = box ? document.querySelector(box.getAttribute("href")) : tapped.closest("article");
  const answer = article.closest(".answer");
  const form = answer.querySelector(".saying");
  const place = form && JSON.parse(form.dataset.places)[[...answer.querySelectorAll("article")].indexOf(article)];
  if (place === null || place === undefined) return;
  const [field, offset] = find(form, place);
  field.focus({ preventScroll: true });
  field.setSelectionRange(offset, offset + 1);
}

/** The field of a form in which a place of its whole text is, and where in it; one character parts two fields. */
function find(form, place) {
  for (const field of form.querySelectorAll(FIELD)) {
    if (place <= field.value.length) return [field, place];
    place -= field.value.length + 1;
  }
}

/** Put a sign where the cursor is, or was last. */
function put(form, sign) {
  const field = last.get(form) ?? form.querySelector(FIELD);
  field.focus({ preventScroll: true });
  field.setRangeText(sign, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

document.documentElement.classList.toggle("speaks", "speechSynthesis" in window);

function readAloud(form) {
  const content = contentOf(form);
  const text = typeof content === "string" ? content.replaceAll("\n", ", ") : content.flat().filter(Boolean).join(", ");
  speechSynthesis.cancel();
  speechSynthesis.speak(new SpeechSynthesisUtterance(text));
}

async function take(button) {
  await copy(contentOf(button.form));
  button.textContent = "Copied";
}

/** What a form says: a text, or the rows of a table. */
export function contentOf(form) {
  const rows = [...form.querySelectorAll("tr")].map((row) => [...row.querySelectorAll(FIELD)].map((field) => field.value));
  return rows.length ? rows : form.elements.label.value;
}

function enqueue(form, button) {
  clearTimeout(waiting.get(form));
  queue = queue.then(() => save(form, button));
}

/** Save what the form says, or what its button does, and show what has become of it. */
async function save(form, button) {
  const state = form.querySelector(".state");
  try {
    const data = new URLSearchParams(new FormData(form, button)); // of which a site takes more than of parts
    const headers = { Prefer: "return=representation" };
    const response = await fetch(form.action, { method: "POST", body: data, headers, keepalive: true });
    if (!response.ok) return tell(state, (await answerOf(response)).textContent);
    renew(form, (await pageOf(response)).querySelector(".saying"), button?.name === "forget");
  } catch {
    tell(state, "The site cannot be reached: this was not saved. Try again.");
  }
}

function tell(state, problem) {
  state.className = "state error";
  state.setAttribute("role", "alert");
  state.textContent = problem;
}

/** Make a form what the site says; what is in its fields, which may be typed on, only if it was taken back. */
function renew(form, fresh, isTakenBack) {
  form.dataset.places = fresh.dataset.places;
  const state = fresh.querySelector(".state");
  state.setAttribute("role", "status");
  form.querySelector(".state").replaceWith(state);
  for (const button of [".right", ".undo"]) form.querySelector(button).hidden = fresh.querySelector(button).hidden;
  if (isTakenBack) fresh.querySelectorAll(FIELD).forEach((field, i) => { form.querySelectorAll(FIELD)[i].value = field.value; });
  form.dispatchEvent(new Event("corrected", { bubbles: true }));
}
