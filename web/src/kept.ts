// What this browser keeps of people and conversations: values that the core has sealed, in a database of this origin.
// The key that seals them lies beside, wrapped by a key that no script can read out. A browser knows one cipher for
// that, AES-GCM (Web Cryptography API, section 29).

import { alone, database, done } from "./database.js";
import type { Key } from "./strings.js";

const NAME = "kept";
const VALUES = "values";
const KEYS = "keys";
const CIPHER = "AES-GCM";

/** How long a page that is loaded anew may take to be gone. */
const LEAVING = 500;

/** Bytes of a row's name, and of the length behind it. */
const ROW = 16;
const LENGTH = 4;

/** The store's key, and what opens it. */
interface Wrapped {
    by: CryptoKey;
    iv: Uint8Array<ArrayBuffer>;
    key: ArrayBuffer;
}

export class Kept {
    private constructor(
        private readonly opened: IDBDatabase,
        readonly key: Uint8Array<ArrayBuffer>,
        /** All that was written, one value after the other. */
        readonly values: Uint8Array<ArrayBuffer>,
    ) {}

    /** What is kept; or the sentence that says why nothing is. One page at a time has it. */
    static async open(): Promise<Kept | Key> {
        try {
            await alone(NAME, LEAVING);
        } catch (error) {
            return error instanceof DOMException && error.name === "TimeoutError" ? "web_other_tab" : "web_keeps_nothing";
        }
        try {
            const opened = await database(NAME, [VALUES, KEYS]);
            const values = await all(opened);
            const wrapped = await done(opened.transaction(KEYS).objectStore(KEYS).get(NAME) as IDBRequest<Wrapped | undefined>);
            if (wrapped !== undefined) return new Kept(opened, await unwrap(wrapped), values);
            // Without its key nothing of it can be read, and it is not written over.
            return values.length > 0 ? "web_kept_damaged" : new Kept(opened, await begin(opened), values);
        } catch {
            return "web_keeps_nothing";
        }
    }

    /** Writes all of this, or nothing. It is on the disk when this is done. */
    write(changes: Uint8Array<ArrayBuffer>): Promise<void> {
        return written(this.opened, VALUES, (values) => put(values, changes));
    }

    /** Writes all of this in the place of everything, or nothing. */
    replace(changes: Uint8Array<ArrayBuffer>): Promise<void> {
        return written(this.opened, VALUES, (values) => {
            values.clear();
            put(values, changes);
        });
    }
}

function put(values: IDBObjectStore, changes: Uint8Array<ArrayBuffer>): void {
    const view = new DataView(changes.buffer, changes.byteOffset, changes.byteLength);
    for (let at = 0; at < changes.length; ) {
        const from = at + ROW + LENGTH;
        const end = from + view.getUint32(at + ROW, true);
        const row = changes.slice(at, at + ROW);
        if (from === end) values.delete(row);
        else values.put(changes.slice(from, end), row);
        at = end;
    }
}

async function all(opened: IDBDatabase): Promise<Uint8Array<ArrayBuffer>> {
    const store = opened.transaction(VALUES).objectStore(VALUES);
    const [rows, values] = await Promise.all([
        done(store.getAllKeys() as IDBRequest<ArrayBuffer[]>),
        done(store.getAll() as IDBRequest<Uint8Array[]>),
    ]);
    const bytes = new Uint8Array(values.reduce((sum, value) => sum + ROW + LENGTH + value.length, 0));
    const view = new DataView(bytes.buffer);
    let at = 0;
    values.forEach((value, number) => {
        bytes.set(new Uint8Array(rows[number] ?? new ArrayBuffer(0)), at);
        view.setUint32(at + ROW, value.length, true);
        bytes.set(value, at + ROW + LENGTH);
        at += ROW + LENGTH + value.length;
    });
    return bytes;
}

async function unwrap({ by, iv, key }: Wrapped): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await crypto.subtle.decrypt({ name: CIPHER, iv }, by, key));
}

/** Makes a key, and keeps it. */
async function begin(opened: IDBDatabase): Promise<Uint8Array<ArrayBuffer>> {
    const key = crypto.getRandomValues(new Uint8Array(32));
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const by = await crypto.subtle.generateKey({ name: CIPHER, length: 256 }, false, ["encrypt", "decrypt"]);
    const wrapped: Wrapped = { by, iv, key: await crypto.subtle.encrypt({ name: CIPHER, iv }, by, key) };
    await written(opened, KEYS, (keys) => void keys.put(wrapped, NAME));
    return key;
}

function written(opened: IDBDatabase, name: string, write: (store: IDBObjectStore) => void): Promise<void> {
    const transaction = opened.transaction(name, "readwrite", { durability: "strict" });
    return new Promise((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
        try {
            write(transaction.objectStore(name));
        } catch (error) {
            reject(error);
            transaction.abort();
        }
    });
}
