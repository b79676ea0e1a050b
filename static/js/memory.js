/** What the browser remembers for the page, as JSON; nothing where its owner has switched that off or it is full. */

/** What `read` makes of the value of a name in `sessionStorage` or `localStorage`; null if it is not there or strange. */
export function recall(storage, name, read = (value) => value) {
  try {
    return read(JSON.parse(window[storage].getItem(name)));
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
