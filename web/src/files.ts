// The files of this page: those that a person chose to send, and those that came in, until they are saved.

import type { Ask, Told } from "./disk.js";
import { save } from "./handing.js";
import type { Key } from "./strings.js";
import { HAS_WORKERS, worker } from "./worker.js";

/** What may come in where a browser lets no page write to a disk, in bytes: all of it lies in memory. */
const MOST_IN_MEMORY = 64 << 20;

/** Where files lie that come in. Whatever fails does so by an error of the browser, with its name. */
interface Place {
    /** The largest file that is taken. */
    readonly largest: number;
    room(): Promise<number>;
    create(name: string): Promise<void>;
    write(name: string, at: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
    finish(name: string): Promise<Blob>;
    discard(name: string): Promise<void>;
}

export class Files {
    private readonly chosen = new Map<number, File>();
    private readonly whole = new Map<string, Blob>();

    private constructor(private readonly place: Place) {}

    /** Finds out where this browser lets a page put files, if it may. */
    static async start(mayWrite: boolean): Promise<Files> {
        return new Files((mayWrite ? await Disk.start() : undefined) ?? new Memory());
    }

    get largest(): number {
        return this.place.largest;
    }

    room(): Promise<number> {
        return this.place.room();
    }

    create(name: string): Promise<void> {
        return this.place.create(name);
    }

    write(name: string, at: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
        return this.place.write(name, at, bytes);
    }

    async finish(name: string): Promise<void> {
        this.whole.set(name, await this.place.finish(name));
    }

    discard(name: string): Promise<void> {
        return this.place.discard(name);
    }

    /** A file that a person chose. The number by which it is read. */
    choose(file: File): number {
        this.chosen.set(this.chosen.size + 1, file);
        return this.chosen.size;
    }

    /** Whether what came in under this name is here: another page of this origin has files of its own. */
    has(name: string): boolean {
        return this.whole.has(name);
    }

    async read(number: number, from: number, length: number): Promise<Uint8Array> {
        const file = this.chosen.get(number);
        if (file === undefined) throw new DOMException("", "NotFoundError");
        return new Uint8Array(await file.slice(from, from + length).arrayBuffer());
    }

    /** What came in. */
    content(name: string): Blob | undefined {
        return this.whole.get(name);
    }

    /** Saves what came in. Why it is not saved, if it is not. */
    async save(name: string, as: string): Promise<Key | undefined> {
        const file = this.content(name);
        return file === undefined ? undefined : save(file, as);
    }
}

/** The storage of this origin, written by a worker. */
class Disk implements Place {
    readonly largest = Number.MAX_SAFE_INTEGER;
    private readonly asked = new Map<number, { done(file: File | undefined): void; failed(error: Error): void }>();
    private last = 0;

    private constructor(private readonly worker: Worker) {
        worker.onmessage = ({ data }: MessageEvent<Told>) => {
            const asked = this.asked.get(data.id);
            this.asked.delete(data.id);
            if ("error" in data) asked?.failed(new DOMException("", data.error));
            else asked?.done(data.file);
        };
        worker.onerror = () => {
            for (const { failed } of this.asked.values()) failed(new DOMException("", "NotSupportedError"));
            this.asked.clear();
        };
    }

    /** The storage, if this browser lets this page have one. */
    static async start(): Promise<Disk | undefined> {
        if (!HAS_WORKERS || !("storage" in navigator) || !("locks" in navigator)) return undefined;
        const folder = crypto.randomUUID();
        try {
            // It is held for as long as the page is there.
            await new Promise<void>((held) => {
                void navigator.locks.request(folder, () => {
                    held();
                    return new Promise(() => {});
                });
            });
            const disk = new Disk(worker("disk"));
            await disk.ask({ ask: "open", folder });
            return disk;
        } catch {
            return undefined;
        }
    }

    async room(): Promise<number> {
        const { quota = 0, usage = 0 } = await navigator.storage.estimate();
        return Math.max(0, quota - usage);
    }

    async create(name: string): Promise<void> {
        await this.ask({ ask: "create", name });
    }

    async write(name: string, at: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
        await this.ask({ ask: "write", name, at, bytes }, [bytes.buffer]);
    }

    async finish(name: string): Promise<Blob> {
        const file = await this.ask({ ask: "finish", name });
        if (file === undefined) throw new DOMException("", "NotFoundError");
        return file;
    }

    async discard(name: string): Promise<void> {
        await this.ask({ ask: "discard", name });
    }

    private ask(ask: Without<Ask, "id">, handedOver: Transferable[] = []): Promise<File | undefined> {
        this.last += 1;
        const id = this.last;
        return new Promise((done, failed) => {
            this.asked.set(id, { done, failed });
            this.worker.postMessage({ id, ...ask } satisfies Ask, handedOver);
        });
    }
}

type Without<Union, Name extends string> = Union extends unknown ? Omit<Union, Name> : never;

/** Memory, with a limit. */
class Memory implements Place {
    readonly largest = MOST_IN_MEMORY;
    private readonly parts = new Map<string, Map<number, Uint8Array<ArrayBuffer>>>();

    async room(): Promise<number> {
        return MOST_IN_MEMORY;
    }

    async create(name: string): Promise<void> {
        this.parts.set(name, new Map());
    }

    async write(name: string, at: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
        this.parts.get(name)?.set(at, bytes);
    }

    async finish(name: string): Promise<Blob> {
        const parts = [...(this.parts.get(name) ?? [])].sort(([one], [other]) => one - other);
        const whole = new Blob(parts.map(([, bytes]) => bytes));
        this.parts.delete(name);
        return whole;
    }

    async discard(name: string): Promise<void> {
        this.parts.delete(name);
    }
}
