/**
 * Handfast inside a website: an encrypted conversation between two people, with nobody in between but this site.
 *
 * Everything here runs in the page that embeds it, whose scripts can read and change all of it. So whoever talks
 * from here has an identity of this page alone, which nobody can verify, nothing is kept, and the other side is told
 * that they talk from inside this site.
 */

/** What an invitation asks whoever opens it, and what the right answer is. */
export interface Question {
    question: string;
    answer: string;
}

/** An invitation of this page. */
export interface Invitation {
    /** What the guest is asked once connected; without it, whoever has the invitation gets in. */
    ask?: Question;
}

export interface Options {
    /** What the person here calls themselves: at most 64 bytes of it are told. */
    name?: string;
    /** The address of a page that opens invitations, for the links that are handed out: this page, if not said. */
    base?: string;
}

/** What a conversation tells, as the `detail` of a `CustomEvent` of that name. */
export interface Events {
    /** Hand this invitation to somebody, and what they hand back to `takeReply`. It may change: the last one counts. */
    invitation: { link: string; code: string | null; expiresAt: Date };
    /** The other side has to get this reply, and waits for it. */
    reply: { link: string; code: string | null };
    /** Answer this by `answer`: what a locked invitation asks, or what the host asks, who counts the tries. */
    question: { questions: string[]; triesLeft: number | null; wasWrong: boolean };
    /** How far it is, in the language of this browser. */
    state: { text: string };
    /** The two are together. */
    open: { name: string };
    message: { number: number; text: string; isOurs: boolean; at: Date };
    /** A file is offered, moves, or is through. Told again whenever that changes. */
    file: {
        number: number;
        name: string;
        /** In bytes, as `done` is. */
        size: number;
        done: number | null;
        isOurs: boolean;
        /** It waits for `take` or `decline`. */
        isOffered: boolean;
        /** `content` has it. */
        isWhole: boolean;
        /** How far it is, in the language of this browser. */
        text: string;
    };
    /** Something could not be done, in the language of this browser. The conversation goes on. */
    problem: { text: string };
    /** It is over. */
    end: { text: string; isGoodbye: boolean };
}

export interface Conversation extends EventTarget {
    addEventListener<Name extends keyof Events>(
        name: Name,
        listener: (event: CustomEvent<Events[Name]>) => void,
        options?: boolean | AddEventListenerOptions,
    ): void;
    addEventListener(name: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
    /** Takes what a guest of this page's invitation handed back: a link, or a text with one in it. */
    takeReply(text: string): void;
    /** Answers the questions, in their order. */
    answer(...answers: string[]): void;
    /** Writes this: at most 60,000 bytes. */
    send(text: string): void;
    sendFile(file: File): void;
    /** Takes the file with this number. At most 64 MiB are taken. */
    take(number: number): void;
    /** Declines it, or stops it. */
    decline(number: number): void;
    /** A file that came in, once it is whole. It is somebody else's: show nothing of it as part of this page. */
    content(number: number): Blob | undefined;
    /** Says goodbye. */
    close(): void;
}

/**
 * Opens an invitation, which may be a link or a text with one in it, or makes one.
 *
 * The events begin when the promise is kept. It is broken with a sentence where there is no invitation, or where this
 * browser cannot connect, and with a `TypeError` for what is neither.
 */
export function connect(what: string | Invitation, options?: Options): Promise<Conversation>;

/**
 * `<handfast-connect>`: all of that with a face. Attributes: `token`, an invitation to open; `name`; `base`. Whenever a
 * conversation begins, it is told as `conversation`, the `detail` of an event of that name.
 */
export class HandfastConnect extends HTMLElement {
    readonly conversation: Conversation | undefined;
}

declare global {
    interface HTMLElementTagNameMap {
        "handfast-connect": HandfastConnect;
    }
}
