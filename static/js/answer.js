/** The answer as the page shows it: bars that move, boxes over the drawing, and a sentence for screen readers. */

const SETTLED = 1000; // milliseconds without a newer answer, after which one is said
const ABOVE = 26; // units over a box that its label takes
const SVG = "http://www.w3.org/2000/svg";

const place = document.getElementById("answer");
const boxes = document.getElementById("boxes");
const said = document.getElementById("said");
const empty = place.firstElementChild;

let saying;

/** Show an answer or a message in place of what is there; a copy, which may change with the next answer. */
export function show(element) {
  if (!place.firstElementChild.isEqualNode(element)) place.replaceChildren(element.cloneNode(true));
}

/** Show that there is nothing to answer. */
export function showNothing() {
  show(empty);
  mark();
}

/** Show a newer answer; the bars of digits that stay move to where they are now. */
export function update(found) {
  const old = place.querySelector(".answer");
  if (!old || !found.matches(".answer") || found.querySelector(".steps")) return show(found);
  old.dataset.signs = found.dataset.signs ?? "";
  const [articles, fresh] = [old, found].map((answer) => [...answer.querySelectorAll("article")]);
  for (const part of [...old.children]) if (!part.matches("article")) part.remove();
  articles.slice(fresh.length).forEach((article) => article.remove());
  fresh.slice(0, articles.length).forEach((article, i) => move(articles[i], article));
  old.prepend(...[...found.children].filter((part) => !part.matches("article")));
  old.append(...fresh.slice(articles.length));
}

/** Mark the digits and signs of the answer over the drawing. */
export function mark() {
  const digits = [...place.querySelectorAll("article[data-box]")].map((article) => [article.dataset.box, article]);
  const signs = (place.firstElementChild.dataset.signs ?? "").split(",").filter(Boolean).map((box) => [box]);
  const all = [...digits, ...signs];
  while (boxes.children.length > all.length) boxes.lastElementChild.remove();
  all.forEach(([box, article], i) => frame(boxes.children[i] ?? newFrame(), box, article));
}

/** Make the article of a digit that of another, without bars that jump. */
function move(article, fresh) {
  article.dataset.box = fresh.dataset.box;
  article.ariaLabel = fresh.ariaLabel;
  article.querySelector(".verdict").replaceWith(fresh.querySelector(".verdict").cloneNode(true));
  const bars = article.querySelectorAll(".bars li");
  fresh.querySelectorAll(".bars li").forEach((bar, i) => {
    bars[i].className = bar.className;
    bars[i].querySelector(".share").textContent = bar.querySelector(".share").textContent;
    bars[i].querySelector("rect").setAttribute("width", bar.querySelector("rect").getAttribute("width"));
  });
}

function newFrame() {
  const group = document.createElementNS(SVG, "g");
  group.append(document.createElementNS(SVG, "rect"), document.createElementNS(SVG, "text"));
  boxes.append(group);
  return group;
}

/** Put a frame around a sign, or around a digit with what it was read as above it, or below where there is no room. */
function frame(group, box, article) {
  const [x, y, width, height] = box.split(" ").map(Number);
  const digit = article?.querySelector(".digit");
  const isRejected = digit?.dataset.rejected === "true";
  const [rect, label] = group.children;
  group.setAttribute("class", isRejected ? "rejected" : digit ? "" : "mark");
  group.setAttribute("transform", `translate(${x} ${y})`);
  rect.setAttribute("width", width);
  rect.setAttribute("height", height);
  label.setAttribute("y", y < ABOVE ? height + 22 : -6);
  label.textContent = isRejected ? "?" : (digit?.textContent ?? "");
}

/** Say the answer to those who do not see it, when it has settled. */
export function sayLater() {
  clearTimeout(saying);
  saying = setTimeout(() => (said.textContent = summary()), SETTLED);
}

/** The number or the digit and how sure it is, in a line; messages say themselves. */
function summary() {
  const digit = place.querySelector(".number") ? [] : ["[data-rejected=false]"];
  const one = [...digit, ".words", ".quiet"].map((part) => `article:only-of-type .verdict ${part}`);
  const parts = place.querySelectorAll([".number", ".number + p", ".saying + p", ...one].join());
  return [...parts].map((part) => (part.value ?? part.textContent).trim()).join(". ");
}
