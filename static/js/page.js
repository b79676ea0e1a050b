/** What the site answers to scripts: pages, of which they show a part. */

export async function pageOf(response) {
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** The part of an answered page that is the answer, or says what is wrong. */
export async function answerOf(response) {
  const page = await pageOf(response);
  const failure = `The site did not answer as it should (${response.status}). Try again.`;
  return page.querySelector(".answer, [role=alert]") ?? message(failure);
}

/** How long a site with a limit, or in trouble, asks to wait, in milliseconds; 0 if it does not ask. */
export const restAfter = (response) => 1000 * response.headers.get("Retry-After");

/** Wait; until aborted, if there is a signal. */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => reject(signal.reason));
  });
}

/** What went wrong, as an element to show. */
export function message(text) {
  const line = document.createElement("p");
  line.className = "error";
  line.setAttribute("role", "alert");
  line.textContent = text;
  return line;
}
