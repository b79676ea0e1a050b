/** The answer as the page shows it, with bars that move. */

const place = document.getElementById("answer");

/** Show an answer or a message in place of what is there. */
export function show(element) {
  place.replaceChildren(element);
}

/** Show a newer answer; if it and the last one are to a single digit, its bars move to where they are now. */
export function update(found) {
  const [oldBars, newBars] = [place, found].map((answer) => answer.querySelectorAll("rect[data-share]"));
  if (oldBars.length !== 10 || newBars.length !== 10) return show(found);
  for (const name of [".verdict", ".share", ".bars li > span"]) {
    const olds = place.querySelectorAll(name);
    found.querySelectorAll(name).forEach((fresh, i) => olds[i].replaceWith(fresh.cloneNode(true)));
  }
  newBars.forEach((bar, i) => {
    oldBars[i].setAttribute("width", bar.getAttribute("width"));
    oldBars[i].closest("li").className = bar.closest("li").className;
  });
}
