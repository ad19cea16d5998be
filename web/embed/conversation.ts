// One conversation of a page that embeds Handfast, as an object that tells what happens.

import { Device, type Face, type Line, type Screen } from "../src/device.js";
import type { Key } from "../src/strings.js";
import { say } from "../src/words.js";
import type { Conversation, Events, Invitation, Options } from "./handfast.js";

type Listener<Name extends keyof Events> = (event: CustomEvent<Events[Name]>) => void;
type When = boolean | AddEventListenerOptions;

export class Embedded extends EventTarget implements Conversation {
    private device!: Device;
    private session = 0;
    /** What is told before anybody can hear it. */
    private early: Event[] | undefined = [];
    private refused: Key | undefined;
    private isOpen = false;
    private invited = "";
    private readonly places = new Map<number, string>();
    private readonly known = new Set<number>();

    private constructor(private readonly name: string) {
        super();
    }

    static async begin(what: unknown, options: unknown): Promise<Embedded> {
        const { name, base } = optionsOf(options);
        const sought = soughtOf(what);
        if (!("RTCPeerConnection" in window)) throw new Error(say("web_no_connections"));
        const made = new Embedded(name);
        made.device = await Device.start(base, made.face, "embedded");
        if (typeof sought === "string") made.device.take("invitation", sought);
        else {
            const { question, answer } = sought.ask ?? { question: "", answer: "" };
            const guard = sought.ask === undefined ? "open" : "asked";
            made.refused ??= made.device.invite({ name, guard, question, answer, keeps: false });
        }
        if (made.refused !== undefined) throw new Error(say(made.refused));
        // Whoever waits for this has their listeners by then.
        setTimeout(() => made.catchUp());
        return made;
    }

    override addEventListener<Name extends keyof Events>(name: Name, listener: Listener<Name>, options?: When): void;
    override addEventListener(name: string, listener: EventListenerOrEventListenerObject | null, options?: When): void;
    override addEventListener(name: string, listener: unknown, options?: When): void {
        super.addEventListener(name, listener as EventListener, options);
    }

    takeReply(text: string): void {
        this.device.take("reply", String(text));
    }

    answer(...answers: string[]): void {
        const typed = answers.map(String);
        this.device.do((core) => core.answer(this.session, typed));
    }

    send(text: string): void {
        this.device.do((core) => core.say(this.session, String(text)));
    }

    sendFile(file: File): void {
        if (!(file instanceof File)) throw new TypeError("a File is sent");
        this.device.send(this.session, file);
    }

    take(number: number): void {
        this.device.do((core) => core.take_file(this.session, Number(number)));
    }

    decline(number: number): void {
        this.device.do((core) => core.stop_file(this.session, Number(number)));
    }

    content(number: number): Blob | undefined {
        const place = this.places.get(number);
        return place === undefined ? undefined : this.device.content(place);
    }

    close(): void {
        this.device.do((core) => core.close(this.session));
    }

    private readonly face: Face = {
        screen: (session, screen) => {
            if (session < this.session) return;
            this.session = session;
            this.show(screen);
        },
        line: (session, line) => {
            if (session === this.session) this.line(line);
        },
        choose: () => this.refuse("kind_several_found"),
        openFile: () => this.refuse("kind_wrong_thing"),
        notice: (sentence) => this.refuse(sentence),
    };

    private refuse(why: Key): void {
        this.refused ??= why;
        this.tell("problem", { text: say(why) });
    }

    private show(screen: Screen): void {
        switch (screen.is) {
            case "opened":
                // The page asks whom it likes before it opens an invitation.
                this.device.accept(this.session, this.name, false);
                break;
            case "locked":
                if (!screen.is_unlocking) this.ask(screen.questions, null, screen.hint);
                break;
            case "asking":
                this.ask([screen.question], screen.tries_left, screen.hint);
                break;
            case "hosting":
                if (screen.link !== this.invited) {
                    this.invited = screen.link;
                    this.tell("invitation", { link: screen.link, code: screen.code, expiresAt: new Date(screen.expires_at * 1_000) });
                }
                this.tell("state", { text: say(screen.status) });
                break;
            case "connecting":
                this.tell("state", { text: say(screen.status) });
                break;
            case "reply_needed":
                this.tell("reply", { link: screen.link, code: screen.code });
                break;
            case "talking":
                if (!this.isOpen) this.tell("open", { name: screen.name });
                this.isOpen = true;
                this.tell("state", { text: say(screen.line) });
                break;
            case "ended": {
                const text = [screen.kind, screen.remedy].filter((key) => key !== null).map((key) => say(key));
                this.tell("end", { text: text.join(" "), isGoodbye: screen.is_goodbye });
                break;
            }
        }
    }

    private ask(questions: string[], triesLeft: number | null, hint: Key | null): void {
        this.tell("question", { questions, triesLeft, wasWrong: hint !== null });
    }

    private line({ number, ours: isOurs, at, text, file }: Line): void {
        if (file === null) {
            if (!this.known.has(number)) this.tell("message", { number, text, isOurs, at: new Date(at) });
            this.known.add(number);
            return;
        }
        if (file.place !== null) this.places.set(number, file.place);
        const { size, done, is_offered: isOffered, status } = file;
        const isWhole = file.place !== null;
        this.tell("file", { number, name: text, size, done, isOurs, isOffered, isWhole, text: say(status) });
    }

    private tell<Name extends keyof Events>(name: Name, detail: Events[Name]): void {
        const event = new CustomEvent(name, { detail });
        if (this.early === undefined) this.dispatchEvent(event);
        else this.early.push(event);
    }

    private catchUp(): void {
        const early = this.early ?? [];
        this.early = undefined;
        for (const event of early) this.dispatchEvent(event);
    }
}

/** Whoever embeds this may hand in anything. */
function soughtOf(what: unknown): string | Invitation {
    if (typeof what === "string") return what;
    if (typeof what !== "object" || what === null) throw new TypeError("an invitation is a text, or an object that may ask something");
    const ask: unknown = (what as { ask?: unknown }).ask;
    if (ask === undefined) return {};
    const { question, answer } = (ask ?? {}) as Record<string, unknown>;
    if (typeof question !== "string" || typeof answer !== "string") throw new TypeError("`ask` is a question and an answer");
    return { ask: { question, answer } };
}

function optionsOf(options: unknown): { name: string; base: string } {
    const { name = "", base = location.origin + location.pathname } = (options ?? {}) as Options;
    return { name: String(name), base: String(base) };
}
