// The device in this page: hands in what happens, and carries out what comes out. It decides nothing.

import { readPicture } from "./camera.js";
import { Connection } from "./connection.js";
import init, { Core, Moving, type Step } from "./core/core.js";
import { Files } from "./files.js";
import { carriedModule } from "./inside.js";
import { Kept } from "./kept.js";
import type { Packed } from "./screens/moving.js";
import type { Key } from "./strings.js";
import { type Waiting, find, forget, keep } from "./waiting.js";

export type { Core, Moving };

/** What is on the screen, in the words of `core/web/src/screen.rs`. */
export type Screen =
    | { is: "locked"; questions: string[]; is_unlocking: boolean; hint: Key | null }
    | {
          is: "hosting";
          code: string | null;
          link: string;
          status: Key;
          hint: Key | null;
          expires_at: number;
          takes_reply: boolean;
      }
    | { is: "opened"; name: string | null; question: string | null; proof: Key; expires_at: number | null }
    | { is: "connecting"; status: Key; hint: Key | null }
    | { is: "reply_needed"; code: string | null; link: string; hint: Key | null }
    | { is: "asking"; question: string; tries_left: number; hint: Key | null; warning: Key | null }
    | {
          is: "talking";
          name: string;
          client: Key | null;
          site: string | null;
          warning: Key | null;
          trust: Key;
          reason: Key;
          is_verified: boolean;
          can_be_vouched_for: boolean;
          line: Key;
          is_interrupted: boolean;
          wish: Key | null;
          is_offered: boolean;
          comparing: { symbols: [string, Key][]; digits: string } | null;
          limit: Key | null;
      }
    | {
          is: "apart";
          name: string;
          trust: Key;
          reason: Key;
          is_verified: boolean;
          status: Key;
          can_write: boolean;
      }
    | { is: "ended"; kind: Key; remedy: Key | null; is_goodbye: boolean };

/** The state of this name. */
export type Of<Name extends Screen["is"]> = Extract<Screen, { is: Name }>;

/** Somebody who was met. */
export interface Person {
    key: string;
    name: string;
    trust: Key;
    is_verified: boolean;
    heard: number;
    said: number | null;
    unread: number;
}

/** A row of a conversation. */
export interface Line {
    number: number;
    ours: boolean;
    at: number;
    before: number | null;
    text: string;
    note: Key | null;
    mark: Key | null;
    is_old: boolean;
    is_lasting: boolean;
    /** What it replies to; true where that is the key of a sentence. */
    quote: [string, boolean] | null;
    reactions: { ours: boolean; symbol: string }[];
    is_edited: boolean;
    file: FileLine | null;
}

/** What there is to say of a file, its sizes in bytes. */
export interface FileLine {
    status: Key;
    size: number;
    done: number | null;
    limit: number | null;
    is_offered: boolean;
    may_stop: boolean;
    place: string | null;
}

/** What a person decides about an invitation. */
export interface Invitation {
    name: string;
    guard: "open" | "asked" | "locked";
    question: string;
    answer: string;
    /** Whoever comes of it is to be kept. */
    keeps: boolean;
}

/** What a guest opens, and what a host takes. */
export type Sought = "invitation" | "reply";

/** One of several that were found together. */
export interface Choice {
    kind: Key;
    name: string | null;
}

/** What a page shows. */
export interface Face {
    screen(session: number, screen: Screen): void;
    line(session: number, line: Line): void;
    /** Asks which of these is meant. */
    choose(choices: Choice[]): void;
    /** Opens a locked file. */
    openFile(container: Uint8Array<ArrayBuffer>): void;
    notice(sentence: Key): void;
    // What comes of keeping something; whoever keeps nothing needs none of it.
    /** This row has to leave the screen. */
    lineGone?(session: number, number: number): void;
    /** This could not be kept, so it is not said either. */
    notWritten?(session: number, text: string, why: Key): void;
    /** The conversation that the person wants to see is in this session. */
    visit?(session: number): void;
    /** Nothing stands before what is shown. */
    beginning?(session: number): void;
    /** Who is known is another list now. */
    people?(): void;
}

/** With what every container begins. */
const MAGIC = "HFS1";

export class Device {
    private readonly connections = new Map<number, Connection>();
    private deadline: ReturnType<typeof setTimeout> | undefined;
    /** The answers about files that go out, and about those that come in: each in the order in which was asked. */
    private told = { out: Promise.resolve(), in: Promise.resolve() };

    /** What the person is called in the session that waits, whether it is kept, and which it is; 0 for none. */
    private name = "";
    private isKept = true;
    private waits = 0;
    /** What waits goes where it is kept in the order in which it was said. */
    private remembered = Promise.resolve();

    private constructor(
        private readonly core: Core,
        private readonly files: Files,
        private readonly kept: Kept | undefined,
        /** Why nothing is kept here, where that is something to know. */
        readonly whyNotKept: Key | undefined,
        private readonly face: Face,
        private readonly keeps: boolean,
        private before: Waiting | undefined,
    ) {}

    /** Loads the core. `base` is the address of this page, if others can open it there; others are told what it is. Only
     * a page of ours keeps anything. */
    static async start(base: string | undefined, face: Face, kind: "page" | "file" | "embedded"): Promise<Device> {
        const isOurs = kind !== "embedded";
        // In the page of somebody else nothing is kept.
        const found = isOurs ? find() : undefined;
        const opened = kind === "page" ? Kept.open() : undefined;
        const [files, waiting, kept] = await Promise.all([Files.start(isOurs), found, opened, carriedModule("core").then(init)]);
        const begin = (key: Uint8Array | undefined, values: Uint8Array): Core => {
            const core = new Core(base, files.largest, waiting?.record ?? new Uint8Array(), key, values);
            core.introduce(kind, location.host);
            return core;
        };
        const without = (why: Key | undefined): Device => {
            return new Device(begin(undefined, new Uint8Array()), files, undefined, why, face, isOurs, waiting);
        };
        if (!(kept instanceof Kept)) return without(kept);
        try {
            return new Device(begin(kept.key, kept.values), files, kept, undefined, face, isOurs, waiting);
        } catch (error) {
            return without(sentence(error));
        }
    }

    /** Whether anything is kept here. */
    get isKeeping(): boolean {
        return this.core.keeps();
    }

    /** What the person was called last. */
    get called(): string {
        return this.core.name();
    }

    pack(withMessages: boolean): Packed {
        try {
            const packed = this.core.pack(withMessages);
            return { container: packed.take() as Uint8Array<ArrayBuffer>, code: packed.code };
        } catch (error) {
            return sentence(error) ?? "kind_internal";
        }
    }

    /** What somebody brings as a file, if it is a copy of a device; or why that is not taken. */
    async arrived(file: File): Promise<Moving | Key | undefined> {
        const front = new Uint8Array(await file.slice(0, MAGIC.length).arrayBuffer());
        if (new TextDecoder().decode(front) !== MAGIC) return undefined;
        try {
            return Moving.read(new Uint8Array(await file.arrayBuffer()));
        } catch (error) {
            return sentence(error);
        }
    }

    /** Opens it. Why it is not open, if it is not. */
    unpack(moving: Moving, typed: string[], code: string): Key | undefined {
        try {
            moving.open(typed, code);
            return undefined;
        } catch (error) {
            return sentence(error) ?? "kind_internal";
        }
    }

    /** Is this device from now on, in the place of whoever was here. The page has to be loaded anew then. */
    async become(moving: Moving): Promise<Key | undefined> {
        if (this.kept === undefined) return this.whyNotKept ?? "web_keeps_nothing";
        try {
            await this.kept.replace(moving.settle(this.kept.key) as Uint8Array<ArrayBuffer>);
            return undefined;
        } catch (error) {
            return error instanceof DOMException ? "web_not_written" : sentence(error);
        }
    }

    people(): Person[] {
        return JSON.parse(this.core.people()) as Person[];
    }

    /** Goes on with what the page before this one was waiting with, if there is anything. */
    resume(): void {
        this.name = this.before?.name ?? "";
        this.isKept = this.before?.keeps ?? true;
        let isAny = false;
        this.do((core) => (isAny = core.resume(this.name, this.isKept)));
        if (!isAny) this.forget();
    }

    /** The browser had put this page aside, and shows it again as it was. */
    restored(): void {
        for (const connection of this.connections.values()) void connection.restored();
    }

    /** What waited before is of no use any more. */
    forget(): void {
        this.before = undefined;
        this.remembered = this.remembered.then(forget);
    }

    accept(session: number, name: string, keeps: boolean): void {
        this.name = name;
        this.isKept = keeps;
        this.do((core) => core.accept(session, name, keeps));
    }

    /** Does something that may be refused at once. The sentence that says so, if it is. */
    private attempt(what: (core: Core) => void): Key | undefined {
        try {
            what(this.core);
        } catch (error) {
            return sentence(error);
        } finally {
            this.carryOn();
        }
        return undefined;
    }

    /** Does something, and everything that comes of it. */
    do(what: (core: Core) => void): void {
        const why = this.attempt(what);
        if (why !== undefined) this.face.notice(why);
    }

    /** Makes an invitation. Why there is none, if there is not. */
    invite({ name, guard, question, answer, keeps }: Invitation): Key | undefined {
        this.name = name;
        this.isKept = keeps;
        return this.attempt((core) => core.invite(name, guard, question, answer, keeps));
    }

    /** Takes the codes that the camera saw. Why that is nothing, if it is. */
    see(what: Sought, texts: string[]): Key | undefined {
        return this.attempt((core) => core.take_read(what, texts, true));
    }

    /** Takes a text. */
    take(what: Sought, text: string): void {
        const bytes = new TextEncoder().encode(text);
        this.do((core) => core.take(what, bytes));
    }

    /** Takes a file: a picture of a code, or anything with what is sought in it. */
    async takeFile(what: Sought, file: File): Promise<void> {
        const bytes = new Uint8Array(await file.arrayBuffer());
        if (!Core.is_picture(bytes)) return this.do((core) => core.take(what, bytes));
        const told = await readPicture(bytes);
        if ("why" in told) this.face.notice(told.why);
        else this.do((core) => core.take_read(what, told.texts, false));
    }

    send(session: number, file: File): void {
        const number = this.files.choose(file);
        this.do((core) => core.send_file(session, number, file.name, file.size));
    }

    /** A file that came in. */
    content(place: string): Blob | undefined {
        return this.files.content(place);
    }

    async save(place: string, as: string): Promise<void> {
        const why = await this.files.save(place, as);
        if (why !== undefined) this.face.notice(why);
    }

    /** Whether there is something to save. */
    has(place: string): boolean {
        return this.files.has(place);
    }

    private carryOn(): void {
        for (let step = this.core.next(); step !== undefined; step = this.core.next()) {
            this.carryOut(step);
            step.free();
        }
        clearTimeout(this.deadline);
        const wait = this.core.deadline();
        if (wait !== undefined) this.deadline = setTimeout(() => this.do((core) => core.tick()), wait);
    }

    private carryOut(step: Step): void {
        const { kind, session, text, request } = step;
        const connection = this.connections.get(session);
        switch (kind) {
            case "bind": {
                connection?.cut();
                const made = this.connect(session);
                this.connections.set(session, made);
                void made.bind(this.before?.certificate);
                this.before = undefined;
                break;
            }
            case "connect":
                void connection?.connect(text, step.is_nameless);
                break;
            case "connect_again":
                void connection?.connectAgain();
                break;
            case "send":
                connection?.send(bytes(step));
                break;
            case "read": {
                const { file, from, length } = step;
                const read = this.files.read(file, from, length);
                this.tell("out", session, request, read, (core, bytes) => core.file_read(session, request, bytes));
                break;
            }
            case "room":
                this.tell("in", session, request, this.files.room(), (core, room) => core.file_room(session, request, room));
                break;
            case "create":
                this.tell("in", session, request, this.files.create(text));
                break;
            case "write":
                this.tell("in", session, request, this.files.write(text, step.from, bytes(step)));
                break;
            case "finish":
                this.tell("in", session, request, this.files.finish(text));
                break;
            case "discard":
                this.tell("in", session, request, this.files.discard(text));
                break;
            case "work":
                // What was shown is drawn before the page is busy.
                requestAnimationFrame(() => setTimeout(() => this.do((core) => core.work(session))));
                break;
            case "screen":
                this.face.screen(session, JSON.parse(text) as Screen);
                this.remember(session, connection);
                break;
            case "line":
                this.face.line(session, JSON.parse(text) as Line);
                this.core.taken(session, 1);
                break;
            case "line_gone":
                this.face.lineGone?.(session, request);
                break;
            case "not_written": {
                const [written, why] = JSON.parse(text) as [string, Key];
                this.face.notWritten?.(session, written, why);
                break;
            }
            case "visit":
                this.face.visit?.(session);
                break;
            case "beginning":
                this.face.beginning?.(session);
                break;
            case "people":
                this.face.people?.();
                break;
            case "keep":
                this.write(bytes(step));
                break;
            case "choose":
                this.face.choose(JSON.parse(text) as Choice[]);
                break;
            case "open_file":
                this.face.openFile(bytes(step));
                break;
            case "notice":
                if (text !== "") this.face.notice(text as Key);
                break;
        }
    }

    /** Keeps what is needed to go on with a session that waits, for as long as it does. */
    private remember(session: number, connection: Connection | undefined): void {
        if (!this.keeps) return;
        const record = this.core.pending(session);
        const certificate = connection?.certificate;
        if (record !== undefined && certificate !== undefined) {
            this.waits = session;
            const { name, isKept: keeps } = this;
            this.remembered = this.remembered.then(() => keep({ record, name, keeps, certificate }));
        } else if (session === this.waits) {
            this.waits = 0;
            this.forget();
        }
    }

    private write(changes: Uint8Array<ArrayBuffer>): void {
        const writing = this.kept?.write(changes) ?? Promise.reject(new DOMException("", "InvalidStateError"));
        writing.then(
            () => this.do((core) => core.written(undefined)),
            (error: unknown) => this.do((core) => core.written(name(error))),
        );
    }

    /** Tells what came of something that was asked about a file. */
    private tell<Found>(
        way: "out" | "in",
        session: number,
        request: number,
        asked: Promise<Found>,
        found = (core: Core, _: Found): void => core.file_done(session, request),
    ): void {
        const answer = asked.then(
            (it) => (core: Core) => found(core, it),
            (error: unknown) => (core: Core) => core.file_failed(session, request, name(error)),
        );
        this.told[way] = this.told[way].then(async () => this.do(await answer));
    }

    private knock(session: number, description: string): string | undefined {
        try {
            return this.core.knock(session, description);
        } finally {
            this.carryOn();
        }
    }

    private connect(session: number): Connection {
        return new Connection({
            bound: (description) => this.do((core) => core.bound(session, description)),
            knock: (description) => this.knock(session, description),
            unheard: (isGivenUp) => this.do((core) => core.unheard(session, isGivenUp)),
            answered: () => this.do((core) => core.answered(session)),
            opened: () => this.do((core) => core.opened(session)),
            received: (message) => this.do((core) => core.received(session, message)),
            waiting: (bytes) => this.core.waiting(session, bytes),
            drained: (bytes) => this.do((core) => core.waiting(session, bytes)),
            silent: (isSilent) => this.do((core) => core.silent(session, isSilent)),
            closed: () => this.do((core) => core.closed(session)),
            failed: () => this.do((core) => core.bound(session, "")),
        });
    }
}

/** They were copied out of the core for whoever takes them. */
function bytes(step: Step): Uint8Array<ArrayBuffer> {
    return step.take_bytes() as Uint8Array<ArrayBuffer>;
}

function name(error: unknown): string {
    return error instanceof Error ? error.name : "";
}

/** What the core says by an error is the key of a sentence, or nothing. */
function sentence(error: unknown): Key | undefined {
    return error instanceof Error && error.message !== "" ? (error.message as Key) : undefined;
}
