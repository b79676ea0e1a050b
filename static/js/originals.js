/** The pictures that were uploaded last, in this browser alone, so that they can be turned or cut and read again. */

const MOST = 5;
const NAME = "originals";

/** Keep a picture under the number of its answer. Where the browser keeps nothing, it is forgotten. */
export async function keep(entry, file) {
  try {
    const store = await open("readwrite");
    await done(store.put(file, entry));
    const entries = await done(store.getAllKeys());
    for (const old of entries.slice(0, -MOST)) store.delete(old);
  } catch {
    // as in private windows
  }
}

/** The picture of an answer, or nothing. */
export async function find(entry) {
  try {
    return await done((await open("readonly")).get(entry));
  } catch {
    return undefined;
  }
}

export async function forget(entry) {
  try {
    await done((await open("readwrite")).delete(entry));
  } catch {
    // then it was never kept
  }
}

export const forgetAll = () => indexedDB.deleteDatabase(NAME);

async function open(mode) {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(NAME);
  const database = await done(request);
  const transaction = database.transaction(NAME, mode);
  transaction.addEventListener("complete", () => database.close());
  return transaction.objectStore(NAME);
}

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
