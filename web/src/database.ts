// What several parts of the page need of a browser's databases and locks.

/** What a request comes to. */
export function done<Result>(request: IDBRequest<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

/** The database of this name, which has these stores. */
export function database(name: string, stores: string[]): Promise<IDBDatabase> {
    const asked = indexedDB.open(name, 1);
    asked.onupgradeneeded = () => stores.forEach((store) => asked.result.createObjectStore(store));
    return done(asked);
}

/** Waits so many milliseconds until no other page holds this name, and holds it until this page is gone. */
export function alone(name: string, patience: number): Promise<void> {
    return new Promise((got, failed) => {
        const held = (): Promise<never> => {
            got();
            return new Promise(() => {});
        };
        navigator.locks.request(name, { signal: AbortSignal.timeout(patience) }, held).catch(failed);
    });
}
