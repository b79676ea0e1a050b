/** Of the answer to several digits, shows one digit at a time: the one whose box is chosen in the picture. */

const boxes = [...document.querySelectorAll(".boxed a")];
const digits = boxes.map((box) => document.querySelector(box.getAttribute("href")));
const turn = document.getElementById("turn");
const [previous, next] = turn.querySelectorAll("button");

let chosen;

function show(number) {
  chosen = number;
  boxes.forEach((box, i) => {
    if (i === chosen) box.setAttribute("aria-current", "true");
    else box.removeAttribute("aria-current");
    digits[i].hidden = i !== chosen;
  });
  turn.querySelector("span").textContent = `Digit ${chosen + 1} of ${boxes.length}`;
  previous.disabled = chosen === 0;
  next.disabled = chosen === boxes.length - 1;
}

/** The digit that the address names, or else the first. */
function showNamed() {
  show(Math.max(0, digits.findIndex((digit) => `#${digit.id}` === location.hash)));
}

boxes.forEach((box, i) => {
  box.addEventListener("click", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `#${digits[i].id}`);
    show(i);
  });
});
previous.addEventListener("click", () => show(chosen - 1));
next.addEventListener("click", () => show(chosen + 1));
addEventListener("hashchange", showNamed);
showNamed();
