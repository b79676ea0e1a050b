/** Many pictures, sent some at a time, and a row for each as it is read. */

import { answerOf, message, pause, restAfter } from "./page.js";
import { Rows } from "./rows.js";

const FILES = 25; // at most in a request: so few that others' requests need not wait long for a thread of the server
const BYTES = 4e6; // in a request, unless a single file has more: so few that rows come soon where sending is slow
const SOON = 5; // seconds, which are not worth telling
const BESIDE = 1000; // bytes that come with a file in a form: its name, its kind, what stands between

const isZip = (file) => /\.zip$/i.test(file.name) || /zip/.test(file.type);

export class Batch {
  #form;
  #section;
  #answered;
  #rows;
  #button;
  #requests = []; // yet to be answered: `files`, `isUpright`, `count` of pictures, `done` of these, `pages` of the next
  #running = null; // what aborts it
  #count = 0;
  #done = 0;
  #failed = 0;
  #begun = 0; // when, and with how many done, the time left is reckoned from
  #before = 0;

  /**
   * `form` says where to send files, with which fields, and how large they may be; `section` is where rows appear.
   * `answered` is told the number of the answer to a single picture.
   */
  constructor(form, section, answered) {
    this.#form = form;
    this.#answered = answered;
    this.#section = section;
    this.#rows = new Rows(section.querySelector(".rows"), section.querySelector(".taking"));
    if (this.#rows.restore()) {
      section.hidden = false;
      section.querySelector(".progress").hidden = true;
    }
    this.#button = section.querySelector("button");
    this.#button.addEventListener("click", () => (this.isRunning ? this.#running.abort() : this.#run()));
    addEventListener("beforeunload", (event) => this.isRunning && event.preventDefault());
  }

  get isRunning() {
    return this.#running !== null;
  }

  /**
   * Read these, too, and say of those that are `unreadable`, by their names, that they are. A picture that the visitor
   * has turned `isUpright`.
   */
  async add(files, unreadable = [], isUpright = false) {
    this.#form.querySelector(".error")?.remove();
    this.#section.hidden = this.#section.querySelector(".progress").hidden = false;
    this.#count += files.length + unreadable.length;
    this.#show();
    for (const name of unreadable) this.#refuse(name, "It cannot be opened.");
    const reasons = await Promise.all(files.map((file) => this.#refusal(file)));
    files.forEach((file, i) => reasons[i] && this.#refuse(file.name, reasons[i]));
    this.#requests.push(...inRequests(files.filter((_, i) => !reasons[i])).map((request) => ({ ...request, isUpright })));
    if (!this.isRunning) this.#run();
  }

  /** Why a file cannot be sent, if so. */
  async #refusal(file) {
    if (!file.size) return "The file is empty.";
    const isTooLarge = file.size + 2 * BESIDE > this.#form.dataset.maxBytes;
    if (isTooLarge && isZip(file)) return "The ZIP is too large to be sent. Unpack it and drop its folder here.";
    if (isTooLarge) return "The file is too large to be sent.";
    const start = file.slice(0, 1).arrayBuffer();
    return start.then(() => null, () => "The file cannot be opened any more.");
  }

  #refuse(name, reason) {
    const row = this.#section.querySelector("template").content.cloneNode(true);
    row.querySelector(".name").textContent = name;
    row.querySelector(".reason").textContent = reason;
    this.#add(row, false);
  }

  async #run() {
    this.#running = new AbortController();
    this.#button.textContent = "Stop";
    this.#button.hidden = false;
    this.#say("Reading…");
    [this.#begun, this.#before] = [performance.now(), this.#done];
    try {
      while (this.#requests.length) await this.#send(this.#requests[0]);
      this.#button.hidden = true;
      this.#say("All done. What could be read is in your history.");
      await this.#finish();
    } catch (error) {
      this.#button.textContent = "Resume";
      this.#say(error.name === "AbortError" ? "Stopped." : error.message);
    }
    this.#running = null;
  }

  /** Go to the answer where there is only one; several rows stay for whoever comes back. */
  async #finish() {
    const [link, reason] = ["a", ".reason"].map((part) => this.#section.querySelector(`.rows ${part}`));
    if (this.#done > 1 || !(link || reason)) return this.#rows.keep();
    this.#running = null; // nobody is asked whether to leave
    this.#rows.clear();
    this.#count = this.#done = this.#failed = 0;
    this.#section.hidden = true;
    if (!link) return this.#form.prepend(message(reason.textContent));
    await this.#answered(Number(link.pathname.split("/").pop()));
    location.assign(link.href);
  }

  /** Send a request, or what has no row of it yet, and take it off the list once it is answered. */
  async #send(request) {
    const response = await this.#ask(request);
    if (response.status === 429) return this.#wait(restAfter(response));
    if (!response.ok) throw new Error((await answerOf(response)).textContent);
    for await (const line of linesOf(response)) {
      if ("count" in line) this.#expect(request, line.count);
      else this.#answer(request, line);
    }
    if (request.done < request.count) throw new Error(LOST);
    this.#requests.shift();
  }

  #ask(request) {
    const data = new FormData(this.#form);
    data.delete("image");
    for (const file of request.files) data.append("image", file);
    data.set("source", this.#count > 1 ? "batch" : "upload");
    if (request.isUpright) data.set("upright", "1");
    data.set("skip", request.done);
    data.set("skip_pages", request.pages);
    return fetch(this.#form.dataset.rows, { method: "POST", body: data, signal: this.#running.signal }).catch(lost);
  }

  /** Wait as long as a site with a limit asks for. */
  async #wait(milliseconds) {
    this.#say(`The site asks for a pause. It goes on in ${milliseconds / 1000} seconds.`);
    await pause(milliseconds, this.#running.signal);
    this.#say("Reading…");
  }

  /** Of a ZIP it is only now known how many pictures are in it. */
  #expect(request, count) {
    this.#count += count - request.count;
    request.count = count;
    this.#show();
  }

  /** A row for a page; a picture is done with its last one, and most have no other. */
  #answer(request, { row, read, last }) {
    request.pages = last ? 0 : request.pages + 1;
    if (last) request.done++;
    else this.#count++;
    this.#add(document.createRange().createContextualFragment(row), read);
  }

  #add(row, isRead) {
    this.#rows.add(row);
    this.#done++;
    if (!isRead) this.#failed++;
    this.#show();
  }

  #show() {
    const bar = this.#section.querySelector("progress");
    bar.max = this.#count;
    bar.value = this.#done;
    const failed = this.#failed ? `, ${this.#failed} could not be read` : "";
    document.getElementById("progress-text").textContent = `${this.#done} of ${this.#count} pictures${failed}${this.#left()}`;
  }

  /** How long it will take still, once that can be said. */
  #left() {
    const done = this.#done - this.#before;
    const passed = (performance.now() - this.#begun) / 1000;
    if (!this.isRunning || passed < SOON || !done) return "";
    const seconds = Math.ceil((passed / done) * (this.#count - this.#done));
    return seconds < SOON ? "" : `, about ${seconds < 90 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`} left`;
  }

  #say(text) {
    this.#section.querySelector("[role=status]").textContent = text;
  }
}

/** The files in groups; a ZIP is one of its own, as it may hold as many pictures as are read at once. */
function inRequests(files) {
  const requests = [];
  let room = 0;
  for (const file of files) {
    const size = file.size + BESIDE;
    if (isZip(file) || size > room || requests.at(-1).files.length === FILES) {
      requests.push({ files: [], count: 0, done: 0, pages: 0 });
      room = BYTES;
    }
    requests.at(-1).files.push(file);
    requests.at(-1).count++;
    room = isZip(file) ? 0 : room - size;
  }
  return requests;
}

const LOST = "The connection to the site was lost. What has a row is kept; go on when you are online again.";

function lost(error) {
  throw error.name === "AbortError" ? error : new Error(LOST);
}

/** The objects in an answer of JSON lines, as they come. */
async function* linesOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part; !(part = await reader.read().catch(lost)).done; ) {
    const lines = (rest + part.value).split("\n");
    rest = lines.pop();
    yield* lines.map(JSON.parse);
  }
}
