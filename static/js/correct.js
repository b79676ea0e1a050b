/** Correcting an answer where it stands: type what it says, or tap a digit and type that one. Saved at once. */

import { answerOf, pageOf } from "./page.js";

const PAUSE = 600; // milliseconds after a key

const waiting = new WeakMap(); // forms → timers

let queue = Promise.resolve(); // of what is saved, one after the other

document.addEventListener("input", (event) => {
  const form = event.target.closest(".saying");
  if (!form) return;
  form.querySelector(".copy").textContent = "Copy";
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => enqueue(form), PAUSE));
});

// Who leaves the number may leave the page.
document.addEventListener("change", (event) => event.target.matches(".saying .number") && enqueue(event.target.form));

// Else it would press the first button, which may be Undo.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches(".saying input.number")) return;
  event.preventDefault();
  enqueue(event.target.form);
});

// What opens stays open: nothing may move between the two halves of a click.
document.addEventListener("focusin", (event) => event.target.matches(".saying .number") && event.target.form.classList.add("open"));

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
  if (button) return copy(button);
  const digit = event.target.closest(".answer article .digit, .answer article .frame, .boxed a");
  if (digit && event.detail) choose(digit); // by the keyboard a box is only looked at
});

// The cursor stays in the number.
document.addEventListener("pointerdown", (event) => event.target.closest(".signs button") && event.preventDefault());

/** Select in the number the digit that was tapped, so that the next key changes it. */
function choose(tapped) {
  const box = tapped.closest(".boxed a");
  const article = box ? document.querySelector(box.getAttribute("href")) : tapped.closest("article");
  const answer = article.closest(".answer");
  const form = answer.querySelector(".saying");
  const place = form && JSON.parse(form.dataset.places)[[...answer.querySelectorAll("article")].indexOf(article)];
  if (place === null || place === undefined) return;
  form.elements.label.focus({ preventScroll: true });
  form.elements.label.setSelectionRange(place, place + 1);
}

/** Put a sign where the cursor is. */
function put(form, sign) {
  const { label } = form.elements;
  label.focus({ preventScroll: true });
  label.setRangeText(sign, label.selectionStart, label.selectionEnd, "end");
  label.dispatchEvent(new Event("input", { bubbles: true }));
}

async function copy(button) {
  const { label } = button.form.elements;
  try {
    await navigator.clipboard.writeText(label.value);
  } catch { // pages without HTTPS may not
    label.select();
    document.execCommand("copy");
  }
  button.textContent = "Copied";
}

function enqueue(form, button) {
  clearTimeout(waiting.get(form));
  queue = queue.then(() => save(form, button));
}

/** Save what the form says, or what its button does, and show what has become of it. */
async function save(form, button) {
  const state = form.querySelector(".state");
  try {
    const data = new FormData(form, button);
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

/** Make a form what the site says; the number in it, which may be typed on, only if it was taken back. */
function renew(form, fresh, isTakenBack) {
  form.dataset.places = fresh.dataset.places;
  const state = fresh.querySelector(".state");
  state.setAttribute("role", "status");
  form.querySelector(".state").replaceWith(state);
  for (const button of [".right", ".undo"]) form.querySelector(button).hidden = fresh.querySelector(button).hidden;
  if (isTakenBack) form.elements.label.value = fresh.elements.label.value;
  form.dispatchEvent(new Event("corrected", { bubbles: true }));
}
