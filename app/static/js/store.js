// Acts kept on this phone until they are sent: one IndexedDB table, in the order they happened.

const NAME = "hourhand";
const TABLE = "acts";

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function within(mode, work) {
  const db = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(TABLE, mode);
      const request = work(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}

/** An act: {key, action, fields: [[name, value]], what, happenedAt, owner: account code}. */
export const keep = (act) => within("readwrite", (table) => table.put(act));
export const drop = (key) => within("readwrite", (table) => table.delete(key));
export const clear = () => within("readwrite", (table) => table.clear());

/** All acts, oldest first. */
export async function kept() {
  const acts = await within("readonly", (table) => table.getAll());
  return acts.sort((a, b) => a.happenedAt.localeCompare(b.happenedAt));
}
