// What a page that is loaded anew goes on with: what waits for the other side, kept for this tab alone, and the
// certificate that was named to them, which nothing but a database of the browser can hold. Where the browser keeps
// neither, it ends with the page.

import { alone, database, done } from "./database.js";

/** What the page before this one was waiting with. */
export interface Waiting {
    record: Uint8Array;
    /** What the person is called. */
    name: string;
    /** Whoever comes of it is to be kept. */
    keeps: boolean;
    certificate: RTCCertificate;
}

const PLACE = "waiting";

/** How long the page before may take to be gone. Who looks at a copy of its tab waits in vain, and begins anew. */
const LEAVING = 1_000;

/** What is kept for this tab, beside its certificate. */
const kept = (): { id: string; name: string; keeps: boolean; record: string } | null => JSON.parse(sessionStorage.getItem(PLACE) ?? "null");

async function certificates(mode: IDBTransactionMode): Promise<IDBObjectStore> {
    const opened = await database(PLACE, ["certificates"]);
    return opened.transaction("certificates", mode).objectStore("certificates");
}

/** What the page holds that goes on with it. */
const lock = (id: string): string => `${PLACE} ${id}`;

/** What there is to go on with. */
export async function find(): Promise<Waiting | undefined> {
    try {
        const before = kept();
        if (before === null) return undefined;
        await alone(lock(before.id), LEAVING);
        const certificate = await done((await certificates("readonly")).get(before.id) as IDBRequest<RTCCertificate | undefined>);
        if (certificate === undefined || certificate.expires < Date.now()) return undefined;
        const record = Uint8Array.from(atob(before.record), (byte) => byte.charCodeAt(0));
        return { record, name: before.name, keeps: before.keeps, certificate };
    } catch {
        return undefined;
    }
}

/** Keeps this, in the place of what was there. */
export async function keep({ record, name, keeps, certificate }: Waiting): Promise<void> {
    try {
        const before = kept();
        const id = before?.id ?? crypto.randomUUID();
        if (before === null) {
            void alone(lock(id), LEAVING).catch(() => {});
            await done((await certificates("readwrite")).put(certificate, id));
        }
        sessionStorage.setItem(PLACE, JSON.stringify({ id, name, keeps, record: btoa(String.fromCharCode(...record)) }));
    } catch {
        // It ends with the page.
    }
}

/** Nothing waits any more. */
export async function forget(): Promise<void> {
    try {
        const before = kept();
        if (before === null) return;
        sessionStorage.removeItem(PLACE);
        await done((await certificates("readwrite")).delete(before.id));
    } catch {
        // There was nothing.
    }
}
