/** The answer to an upload: while this browser still has its picture, that can be turned or cut and read again. */

import { find, forget } from "./originals.js";

const link = document.getElementById("again");
const entry = Number(link.dataset.entry);

link.hidden = !(await find(entry));
link.closest("form").addEventListener("submit", () => forget(entry));
