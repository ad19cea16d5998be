// The device in this page: hands in what happens, and carries out what comes out. It decides nothing.

import { Connection } from "./connection.js";
import init, { Core, type Step } from "./core/core.js";
import { carriedModule } from "./inside.js";
import type { Key } from "./strings.js";

export type { Core };

/** What is on the screen, in the words of `core/web/src/screen.rs`. */
export type Screen =
    | { is: "locked"; questions: string[]; is_unlocking: boolean; hint: Key | null }
    | { is: "opened"; name: string | null; question: string | null; proof: Key; expires_at: number | null }
    | { is: "connecting"; status: Key; hint: Key | null }
    | { is: "reply_needed"; code: string | null; link: string; hint: Key | null }
    | { is: "asking"; question: string; tries_left: number; hint: Key | null; warning: Key | null }
    | {
          is: "talking";
          name: string;
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
    | { is: "ended"; kind: Key; remedy: Key | null; is_goodbye: boolean };

/** A row of a conversation. */
export interface Line {
    number: number;
    ours: boolean;
    at: number;
    text: string;
    file: Key | null;
}

/** What a page shows. */
export interface Face {
    screen(session: number, screen: Screen): void;
    line(session: number, line: Line): void;
    notice(sentence: Key): void;
}

export class Device {
    private readonly connections = new Map<number, Connection>();
    private deadline: ReturnType<typeof setTimeout> | undefined;

    private constructor(
        private readonly core: Core,
        private readonly face: Face,
    ) {}

    /** Loads the core. `base` is the address of this page, if others can open it there. */
    static async start(base: string | undefined, face: Face): Promise<Device> {
        await init(await carriedModule("core"));
        return new Device(new Core(base), face);
    }

    /** Does something, and everything that comes of it. */
    do(what: (core: Core) => void): void {
        try {
            what(this.core);
        } catch (error) {
            if (error instanceof Error && error.message !== "") this.face.notice(error.message as Key);
        }
        for (let step = this.core.next(); step !== undefined; step = this.core.next()) {
            this.carryOut(step);
            step.free();
        }
        clearTimeout(this.deadline);
        const wait = this.core.deadline();
        if (wait !== undefined) this.deadline = setTimeout(() => this.do((core) => core.tick()), wait);
    }

    private carryOut({ kind, session, text, bytes }: Step): void {
        const connection = this.connections.get(session);
        switch (kind) {
            case "bind": {
                connection?.cut();
                const made = this.connect(session);
                this.connections.set(session, made);
                void made.bind();
                break;
            }
            case "connect":
                void connection?.connect(text);
                break;
            case "connect_again":
                void connection?.connectAgain();
                break;
            case "send":
                connection?.send(new Uint8Array(bytes));
                break;
            case "shut":
                connection?.shut();
                break;
            case "cut":
                connection?.cut();
                break;
            case "work":
                // What was shown is drawn before the page is busy.
                requestAnimationFrame(() => setTimeout(() => this.do((core) => core.work(session))));
                break;
            case "screen":
                this.face.screen(session, JSON.parse(text) as Screen);
                break;
            case "line":
                this.face.line(session, JSON.parse(text) as Line);
                this.core.taken(session, 1);
                break;
            case "notice":
                if (text !== "") this.face.notice(text as Key);
                break;
        }
    }

    private connect(session: number): Connection {
        return new Connection({
            bound: (description) => this.do((core) => core.bound(session, description)),
            knock: (description) => this.core.knock(session, description),
            answered: () => this.do((core) => core.answered(session)),
            opened: () => this.do((core) => core.opened(session)),
            received: (message) => this.do((core) => core.received(session, message)),
            silent: (isSilent) => this.do((core) => core.silent(session, isSilent)),
            closed: () => this.do((core) => core.closed(session)),
            failed: () => this.do((core) => core.bound(session, "")),
        });
    }
}
