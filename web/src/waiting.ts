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

/** What is kept for this tab, beside its certificate. */
const kept = (): { id: string; name: string; record: string } | null => JSON.parse(sessionStorage.getItem(PLACE) ?? "null");

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
        const before = kept();
        if (before === null) return undefined;
        await alone(before.id);
        const certificate = await done((await certificates("readonly")).get(before.id) as IDBRequest<RTCCertificate | undefined>);
        if (certificate === undefined || certificate.expires < Date.now()) return undefined;
        const record = Uint8Array.from(atob(before.record), (byte) => byte.charCodeAt(0));
        return { record, name: before.name, certificate };
    } catch {
        return undefined;
    }
}

/** Keeps this, in the place of what was there. */
export async function keep({ record, name, certificate }: Waiting): Promise<void> {
    try {
        const before = kept();
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
        const before = kept();
        if (before === null) return;
        sessionStorage.removeItem(PLACE);
        await done((await certificates("readwrite")).delete(before.id));
    } catch {
        // There was nothing.
    }
}
