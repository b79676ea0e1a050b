/** The history's filter: days are the visitor's own, and fields left blank do not stand in the address. */

import { forgetAll } from "./originals.js";

const form = document.querySelector(".filter form");

form?.addEventListener("submit", () => {
  const { since, until, zone } = form.elements;
  zone.value = since.value || until.value ? Intl.DateTimeFormat().resolvedOptions().timeZone : "";
  for (const field of form.elements) field.disabled = field.name && !field.value;
});
window.addEventListener("pageshow", () => {
  for (const field of form?.elements ?? []) field.disabled = false; // when one comes back
});
document.querySelector(".danger")?.form.addEventListener("submit", forgetAll); // with the answers go their pictures
