/** Copies a text, or rows of cells so that spreadsheets take them as such. */

export async function copy(content) {
  const kinds = typeof content === "string" ? { "text/plain": content } : ofRows(content);
  try {
    const blobs = Object.entries(kinds).map(([kind, text]) => [kind, new Blob([text], { type: kind })]);
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
  } catch { // pages without HTTPS may not
    copyAsSelected(kinds);
  }
}

function ofRows(rows) {
  const html = document.createElement("table");
  for (const row of rows) {
    const line = html.insertRow();
    for (const cell of row) line.insertCell().textContent = cell;
  }
  return { "text/plain": joined(rows), "text/html": html.outerHTML };
}

/** The text of rows of cells, with tabs between these. */
export const joined = (rows) => rows.map((row) => row.join("\t")).join("\n");

/** As if there were a selection that is copied. */
function copyAsSelected(kinds) {
  const { activeElement } = document;
  const area = document.createElement("textarea");
  area.value = kinds["text/plain"];
  document.body.append(area);
  area.select();
  document.addEventListener("copy", (event) => {
    event.preventDefault();
    for (const [kind, text] of Object.entries(kinds)) event.clipboardData.setData(kind, text);
  }, { once: true });
  document.execCommand("copy");
  area.remove();
  activeElement?.focus({ preventScroll: true });
}
