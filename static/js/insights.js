/** Shows why, what is inside and what other models read over the page, so that a drawing stays where it is. */

import { pageOf } from "./page.js";

const dialog = document.createElement("dialog");
const close = document.createElement("button");
close.textContent = "Close";
close.addEventListener("click", () => dialog.close());
dialog.addEventListener("keydown", (event) => event.stopPropagation()); // keys of the page beneath mean nothing here
document.body.append(dialog);

document.addEventListener("click", async (event) => {
  const link = event.target.closest(".insights a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const insight = await fetched(link.href);
  if (!insight) return location.assign(link.href);
  dialog.setAttribute("aria-labelledby", "insight");
  dialog.replaceChildren(close, insight);
  dialog.showModal();
  dialog.scrollTop = 0;
});

/** The essence of a page, or nothing if that cannot be had. */
async function fetched(address) {
  try {
    return (await pageOf(await fetch(address))).querySelector(".insight");
  } catch {
    return null;
  }
}
