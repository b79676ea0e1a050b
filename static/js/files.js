/** The files of a drop, those in folders among them. */

const inOrder = (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true });

export async function dropped(transfer) {
  // The list is emptied when the event is over, so all that is in it is asked for at once.
  const found = [...transfer.items].map((item) => item.webkitGetAsEntry() ?? item.getAsFile()).filter(Boolean);
  return (await Promise.all(found.map(filesOf))).flat();
}

async function filesOf(found) {
  if (found instanceof File) return [found];
  if (found.isFile) return [await new Promise((resolve, reject) => found.file(resolve, reject))];
  const entries = await entriesOf(found.createReader());
  return (await Promise.all(entries.sort(inOrder).map(filesOf))).flat();
}

/** A folder gives its entries some at a time, and none at the end. */
async function entriesOf(reader) {
  const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  return some.length ? [...some, ...(await entriesOf(reader))] : [];
}
