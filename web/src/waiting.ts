// What a page that is loaded anew goes on with: what waits for the other side, kept for this tab alone, and the
// certificate that was named to them, which nothing but a database of the browser can hold. Where the browser keeps
// neither, it ends with the page.

/** What the page before this one was waiting with. */
export interface Waiting {
    record: Uint8Array;
    /** What the person is called. */
    name: string;
    certificate: RTCCertificate;
}

const PLACE = "waiting";

/** How long the page before may take to be gone. Who looks at a copy of its tab waits in vain, and begins anew. */
const LEAVING = 1_000;

const done = <Result>(request: IDBRequest<Result>): Promise<Result> =>
    new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });

async function certificates(mode: IDBTransactionMode): Promise<IDBObjectStore> {
    const asked = indexedDB.open("waiting", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("certificates");
    const database = await done(asked);
    return database.transaction("certificates", mode).objectStore("certificates");
}

/** Waits until nobody else goes on with it. */
function alone(id: string): Promise<void> {
    return new Promise((got, failed) => {
        // It is held until the page is gone.
        const held = (): Promise<never> => {
            got();
            return new Promise(() => {});
        };
        navigator.locks.request(`${PLACE} ${id}`, { signal: AbortSignal.timeout(LEAVING) }, held).catch(failed);
    });
}

/** What there is to go on with. */
export async function find(): Promise<Waiting | undefined> {
    try {
        const kept = JSON.parse(sessionStorage.getItem(PLACE) ?? "null") as { id: string; name: string; record: string } | null;
        if (kept === null) return undefined;
        await alone(kept.id);
        const certificate = await done((await certificates("readonly")).get(kept.id) as IDBRequest<RTCCertificate | undefined>);
        if (certificate === undefined || certificate.expires < Date.now()) return undefined;
        const record = Uint8Array.from(atob(kept.record), (byte) => byte.charCodeAt(0));
        return { record, name: kept.name, certificate };
    } catch {
        return undefined;
    }
}

/** Keeps this, in the place of what was there. */
export async function keep({ record, name, certificate }: Waiting): Promise<void> {
    try {
        const before = JSON.parse(sessionStorage.getItem(PLACE) ?? "null") as { id: string } | null;
        const id = before?.id ?? crypto.randomUUID();
        if (before === null) {
            void alone(id).catch(() => {});
            await done((await certificates("readwrite")).put(certificate, id));
        }
        sessionStorage.setItem(PLACE, JSON.stringify({ id, name, record: btoa(String.fromCharCode(...record)) }));
    } catch {
        // It ends with the page.
    }
}

/** Nothing waits any more. */
export async function forget(): Promise<void> {
    try {
        const kept = JSON.parse(sessionStorage.getItem(PLACE) ?? "null") as { id: string } | null;
        if (kept === null) return;
        sessionStorage.removeItem(PLACE);
        await done((await certificates("readwrite")).delete(kept.id));
    } catch {
        // There was nothing.
    }
}
