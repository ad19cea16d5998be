// The worker that writes what comes in into the storage of this origin: only there browsers write without
// holding all of it in memory.

/** What the page asks, and what it is told. */
export type Ask =
    | { id: number; ask: "open"; folder: string }
    | { id: number; ask: "create"; name: string }
    | { id: number; ask: "write"; name: string; at: number; bytes: Uint8Array<ArrayBuffer> }
    | { id: number; ask: "finish"; name: string }
    | { id: number; ask: "discard"; name: string };

export type Told = { id: number; file?: File } | { id: number; error: string };

/** Of the types that only a worker has, what is used here. */
interface Access {
    write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
    flush(): void;
    close(): void;
}

type Handle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<Access> };

/** All pages of this origin have their folders in here. */
const FILES = "files";

let folder: FileSystemDirectoryHandle;
/** Files that are written. */
const open = new Map<string, { handle: Handle; access: Access }>();

/** Each page holds a lock by the name of its folder. What a page left that is gone is removed. */
async function begin(own: string): Promise<void> {
    const all = await (await navigator.storage.getDirectory()).getDirectoryHandle(FILES, { create: true });
    const { held = [] } = await navigator.locks.query();
    const alive = new Set(held.map(({ name }) => name));
    for await (const name of all.keys()) {
        if (!alive.has(name)) await all.removeEntry(name, { recursive: true });
    }
    folder = await all.getDirectoryHandle(own, { create: true });
    // Whoever cannot write this way finds out before anything is offered.
    await create("probe");
    await discard("probe");
}

async function create(name: string): Promise<void> {
    const handle = (await folder.getFileHandle(name, { create: true })) as Handle;
    open.set(name, { handle, access: await handle.createSyncAccessHandle() });
}

function write(name: string, at: number, bytes: Uint8Array<ArrayBuffer>): void {
    const file = open.get(name);
    if (file === undefined) throw new DOMException("", "InvalidStateError");
    const written = file.access.write(bytes, { at });
    // What does not fit is cut off.
    if (written < bytes.length) throw new DOMException("", "QuotaExceededError");
}

async function finish(name: string): Promise<File> {
    const file = open.get(name);
    if (file === undefined) throw new DOMException("", "InvalidStateError");
    file.access.flush();
    file.access.close();
    open.delete(name);
    return file.handle.getFile();
}

async function discard(name: string): Promise<void> {
    open.get(name)?.access.close();
    open.delete(name);
    await folder.removeEntry(name);
}

async function answer(asked: Ask): Promise<File | void> {
    switch (asked.ask) {
        case "open":
            return begin(asked.folder);
        case "create":
            return create(asked.name);
        case "write":
            return write(asked.name, asked.at, asked.bytes);
        case "finish":
            return finish(asked.name);
        case "discard":
            return discard(asked.name);
    }
}

let last: Promise<void> = Promise.resolve();

// One after the other, in the order in which they were asked.
self.onmessage = ({ data }: MessageEvent<Ask>) => {
    last = last.then(async () => {
        try {
            const file = await answer(data);
            const told: Told = file === undefined ? { id: data.id } : { id: data.id, file };
            self.postMessage(told);
        } catch (error) {
            self.postMessage({ id: data.id, error: error instanceof Error ? error.name : "" } satisfies Told);
        }
    });
};
