/** What one does with the rows of a batch: look at some of them, take them along, find them again after Back. */

import { copy, joined } from "./clipboard.js";
import { contentOf } from "./correct.js";
import { download, recall, remember } from "./storage.js";

const KEY = "rows"; // in the storage of this tab
const FORMULA = /^[=+@\t\r-]/; // what spreadsheets take for one

export class Rows {
  #list;
  #tools;

  /** `list` holds the rows, `tools` what is done with them. */
  constructor(list, tools) {
    this.#list = list;
    this.#tools = tools;
    const [show] = tools.getElementsByTagName("select");
    show.addEventListener("change", () => (list.dataset.show = show.value));
    tools.querySelector(".copy").addEventListener("click", (event) => this.#copy(event.target));
    tools.querySelector(".csv").addEventListener("click", () => this.#download());
    list.addEventListener("corrected", (event) => this.#correct(event.target));
  }

  /** Whether there were rows when this page was left, which stand here again now. */
  restore() {
    const [visit] = performance.getEntriesByType("navigation");
    const kept = recall("sessionStorage", KEY);
    if (visit.type === "navigate" || !kept) return false;
    this.#list.innerHTML = kept;
    this.#tools.hidden = false;
    return true;
  }

  add(row) {
    this.#list.append(row);
    this.#tools.hidden = false;
    this.#tools.querySelector(".copy").textContent = "Copy";
  }

  /** Keep the rows for as long as this tab is open. */
  keep() {
    remember("sessionStorage", KEY, this.#list.innerHTML);
  }

  clear() {
    this.#list.replaceChildren();
    this.#tools.hidden = true;
    remember("sessionStorage", KEY, "");
  }

  /** Take over what a row was corrected to. */
  #correct(form) {
    const content = contentOf(form);
    form.closest("li").dataset.text = typeof content === "string" ? content : joined(content);
    for (const field of form.elements) if (field.type !== "hidden") field.defaultValue = field.value; // which is kept
    this.keep();
  }

  get #cells() {
    return [...this.#list.children].map((row) => [
      row.querySelector(".name").textContent,
      row.dataset.text ?? "",
      row.dataset.confidence ?? "",
      row.querySelector(".reason")?.textContent ?? "",
    ]);
  }

  async #copy(button) {
    await copy(this.#cells);
    button.textContent = "Copied";
  }

  #download() {
    const rows = [["file", "text", "confidence", "problem"], ...this.#cells.map(([name, ...more]) => [disarm(name), ...more])];
    download(new Blob([rows.map(line).join("")], { type: "text/csv" }), "digits.csv");
  }
}

/** A name that begins as a formula is led by an apostrophe, which spreadsheets do not show. */
const disarm = (name) => (FORMULA.test(name) ? `'${name}` : name);

/** A line of CSV (RFC 4180). */
const line = (cells) => `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",")}\r\n`;
