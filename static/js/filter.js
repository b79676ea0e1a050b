/** The history's filter: days are the visitor's own, and fields left blank do not stand in the address. */

import { forget, forgetAll } from "./originals.js";

const form = document.querySelector(".filter form");

form?.addEventListener("submit", () => {
  const { since, until, zone } = form.elements;
  zone.value = since.value || until.value ? Intl.DateTimeFormat().resolvedOptions().timeZone : "";
  for (const field of form.elements) field.disabled = field.name && !field.value;
});
window.addEventListener("pageshow", () => {
  for (const field of form?.elements ?? []) field.disabled = false; // when one comes back
});
// With answers go the pictures that this browser keeps of them.
document.querySelector(".danger")?.form.addEventListener("submit", forgetAll);
document.addEventListener("submit", ({ target, submitter }) => {
  const [, entry] = /\/history\/(\d+)\/delete/.exec(target.action) ?? [];
  if (entry) forget(Number(entry));
  const ticked = submitter?.name === "csrf_token" ? new FormData(target).getAll("id") : [];
  for (const each of ticked) forget(Number(each));
});
