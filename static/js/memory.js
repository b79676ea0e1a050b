/** What the browser remembers for the page, as JSON; nothing where its owner has switched that off or it is full. */

/** The value of a name in `sessionStorage` or `localStorage`, or null. */
export function recall(storage, name) {
  try {
    return JSON.parse(window[storage].getItem(name));
  } catch {
    return null;
  }
}

export function remember(storage, name, value) {
  try {
    window[storage].setItem(name, JSON.stringify(value));
  } catch {
    // Then it is forgotten with the page.
  }
}
