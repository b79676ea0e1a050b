/** The files of a drop, those in folders among them. */

const inOrder = (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true });

/** The `files`, and the names of those and of folders that are `unreadable`. */
export async function dropped(transfer) {
  // The list is emptied when the event is over, so all that is in it is asked for at once.
  const found = [...transfer.items].map((item) => item.webkitGetAsEntry() ?? item.getAsFile()).filter(Boolean);
  const all = (await Promise.all(found.map(filesOf))).flat();
  const isFile = (one) => one instanceof File;
  return { files: all.filter(isFile), unreadable: all.filter((one) => !isFile(one)) };
}

/** The files in what was found; the name in place of what cannot be read. */
async function filesOf(found) {
  if (found instanceof File) return [found];
  try {
    if (found.isFile) return [await new Promise((resolve, reject) => found.file(resolve, reject))];
    const entries = await entriesOf(found.createReader());
    return (await Promise.all(entries.sort(inOrder).map(filesOf))).flat();
  } catch {
    return [found.name];
  }
}

/** A folder gives its entries some at a time, and none at the end. */
async function entriesOf(reader) {
  const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  return some.length ? [...some, ...(await entriesOf(reader))] : [];
}
