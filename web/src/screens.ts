// How each state looks. Every function draws one screen from what it is given, and tells what the person did.

import { CAN_READ, HAS_CAMERA } from "./camera.js";
import type { Choice, FileLine, Invitation, Line, Screen } from "./device.js";
import { element, icon, picture } from "./dom.js";
import type { Key } from "./strings.js";
import { LANGUAGE, say, size } from "./words.js";

/** What a person does. */
export interface Hands {
    open(text: string): void;
    openFile(file: File): void;
    /** Looks by the camera. */
    scan(): void;
    /** Opens this one of those that were found together. */
    choose(number: number): void;
    /** Asks what an invitation is to be. */
    guard(): void;
    invite(invitation: Invitation): void;
    takeReply(text: string): void;
    takeReplyFile(file: File): void;
    accept(name: string): void;
    answer(typed: string[]): void;
    offerReply(): void;
    say(text: string): void;
    send(file: File): void;
    take(row: number): void;
    /** Declines or stops it. */
    stop(row: number): void;
    save(place: string, as: string): void;
    compare(): void;
    judge(isSame: boolean): void;
    later(): void;
    onlyThey(): void;
    allowMore(): void;
    close(): void;
    home(): void;
}

type Of<Name extends Screen["is"]> = Extract<Screen, { is: Name }>;

const SHIELD = ["M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z", "M9 12l2 2 4-4"];
const EYE = ["M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7z", "M12 9a3 3 0 100 6 3 3 0 000-6z"];
const PAGE = ["M4 5h16v11H4z", "M9 20h6"];
const CARRIED = ["M3 6h18v12H3z", "M3 7l9 7 9-7"];
const PHONE = ["M8 3h8v18H8z", "M11 18h2"];
const SEND = ["M4 12l16-8-6 16-3-7z"];
const CLIP = ["M20 11l-8 8a5 5 0 01-7-7l8-8a3.5 3.5 0 015 5l-8 8a2 2 0 01-3-3l7-7"];
const FILE = ["M6 3h8l4 4v14H6z", "M14 3v4h4"];
const CAMERA = ["M4 8h3l2-3h6l2 3h3v11H4z", "M12 10a3 3 0 100 6 3 3 0 000-6z"];
const PICTURE = ["M4 5h16v14H4z", "M4 16l5-5 4 4 3-3 4 4"];
const LINK = ["M9 15l6-6", "M11 6l2-2a5 5 0 017 7l-2 2", "M13 18l-2 2a5 5 0 01-7-7l2-2"];

/** Where somebody is who brought nothing. */
export function start(hands: Hands): HTMLElement {
    const token = element("textarea", { id: "token", rows: "3", "aria-label": say("web_paste"), autocomplete: "off" });
    token.placeholder = say("web_paste");
    const { drawn, picked } = brought(
        hands.openFile,
        form(
            () => hands.open(token.value),
            element("h1", {}, say("web_title")),
            paragraph("web_text"),
            token,
            go("web_open"),
            HAS_CAMERA && element("button", { type: "button", id: "scan", class: "button tonal", click: hands.scan }, icon(...CAMERA), say("scan_code")),
        ),
    );
    const invite = chip(LINK, "web_invite", hands.guard);
    invite.id = "invite";
    drawn.append(element("div", { class: "chips" }, CAN_READ && chip(PICTURE, "pick_picture", () => picked.click()), invite));
    return drawn;
}

/** What somebody brings as a file: picked, pasted or dropped. */
function brought<Drawn extends HTMLElement>(take: (file: File) => void, drawn: Drawn): { drawn: Drawn; picked: HTMLInputElement } {
    const bring = (event: Event, files: FileList | null | undefined): void => {
        const file = files?.[0];
        if (file === undefined) return;
        event.preventDefault();
        take(file);
    };
    const picked = element("input", { type: "file", id: "picture", class: "unseen", tabindex: "-1", "aria-hidden": "true" });
    picked.addEventListener("change", (event) => bring(event, picked.files));
    drawn.addEventListener("paste", (event) => bring(event, event.clipboardData?.files));
    drawn.addEventListener("dragover", (event) => event.preventDefault());
    drawn.addEventListener("drop", (event) => bring(event, event.dataTransfer?.files));
    drawn.append(picked);
    return { drawn, picked };
}

/** What stands between whoever has an invitation and this page. */
export function inviting(hands: Hands): HTMLElement {
    const name = element("input", { id: "name", autocomplete: "nickname", maxlength: "64" });
    const question = element("input", { id: "question", autocomplete: "off", maxlength: "200" });
    const answer = answerInput("answer");
    const asked = element(
        "div",
        { class: "asked-for" },
        paragraph("protection_text"),
        element("label", { for: "question" }, say("your_question")),
        question,
        element("label", { for: "answer" }, say("your_answer")),
        answer,
    );
    let guard: Invitation["guard"] = "open";
    const choose = (chosen: Invitation["guard"]): void => {
        guard = chosen;
        asked.hidden = guard === "open";
        question.required = answer.required = guard !== "open";
    };
    const way = (chosen: Invitation["guard"], key: Key): HTMLElement => {
        const choice = element("input", { type: "radio", name: "guard", value: chosen, change: () => choose(chosen) });
        choice.checked = chosen === guard;
        return element("label", { class: "choice" }, choice, say(key));
    };
    choose(guard);
    return form(
        () => hands.invite({ name: name.value.trim(), guard, question: question.value, answer: answer.value }),
        element("h1", {}, say("web_invite")),
        element("label", { for: "name" }, say("your_name")),
        name,
        element(
            "fieldset",
            {},
            element("legend", {}, say("protection_title")),
            way("open", "web_guard_none"),
            way("asked", "web_guard_asked"),
            way("locked", "lock_link"),
        ),
        asked,
        go("make_invitation"),
        plain("not_now", hands.home),
    );
}

/** An invitation that is shown: what was pasted and what the camera sees stay while the state changes. */
export class Hosting {
    readonly root: HTMLElement;
    readonly video = element("video", { class: "camera", playsinline: true, "aria-label": say("camera_description") });
    private readonly shown = element("div", { class: "handed" });
    private readonly status = element("p", { class: "status", role: "status" });
    private readonly seen = element("p", { role: "status" });
    private readonly taking: HTMLElement;
    /** What is handed out. */
    link = "";

    constructor(hands: Hands) {
        this.video.muted = true;
        this.video.hidden = true;
        const reply = element("textarea", { id: "reply", rows: "2", required: true, "aria-label": say("web_paste_reply"), autocomplete: "off" });
        reply.placeholder = say("web_paste_reply");
        const typed = form(
            () => {
                hands.takeReply(reply.value);
                reply.value = "";
            },
            reply,
            element("button", { class: "button tonal" }, say("connect")),
        );
        const { drawn, picked } = brought(hands.takeReplyFile, element("div", { class: "taking" }, this.video, this.seen, typed));
        drawn.append(element("div", { class: "chips" }, CAN_READ && chip(PICTURE, "pick_picture", () => picked.click())));
        this.taking = drawn;
        this.status.textContent = say("under_way_preparing");
        this.root = element(
            "section",
            { class: "centred" },
            element("h1", {}, say("web_invite_title")),
            this.shown,
            this.status,
            this.taking,
            paragraph("web_invite_open", "quiet"),
            plain("stop", hands.close),
        );
    }

    /** Says what the camera saw, or why it sees nothing. */
    say(key: Key): void {
        this.seen.textContent = say(key);
    }

    show(screen: Of<"hosting">): void {
        this.status.textContent = say(screen.status);
        this.taking.hidden = !screen.takes_reply;
        this.shown.hidden = !screen.takes_reply;
        if (screen.link === this.link) return;
        this.link = screen.link;
        this.shown.replaceChildren(
            ...[
                paragraph("web_invite_text"),
                screen.hint !== null && alert(screen.hint),
                screen.code !== null && picture(screen.code, say("qr_description")),
                element("p", { class: "quiet" }, until(screen.expires_at)),
                shared(screen.link),
            ].filter((part) => part !== false),
        );
    }
}

/** Ways in which a link leaves this page. */
function shared(link: string): HTMLElement {
    const share = async (): Promise<void> => {
        try {
            await navigator.share({ url: link });
        } catch {
            // Whoever thinks better of it needs no word.
        }
    };
    return element(
        "div",
        { class: "chips" },
        typeof navigator.share === "function" && chip(LINK, "share_link", () => void share()),
        chip(undefined, "copy", (event) => void copy(link, event)),
    );
}

/** What the camera sees, and what to say of it. */
export function scanning(hands: Hands): { root: HTMLElement; video: HTMLVideoElement; say(key: Key): void } {
    const video = element("video", { class: "camera", playsinline: true, "aria-label": say("camera_description") });
    video.muted = true;
    const said = element("p", { role: "status" });
    const root = element("section", { class: "centred" }, element("h1", {}, say("scan_invitation")), video, said, plain("stop", hands.home));
    return { root, video, say: (key) => (said.textContent = say(key)) };
}

/** Several were found together. */
export function choosing(choices: Choice[], hands: Hands): HTMLElement {
    const buttons = choices.map(({ kind, name }, number) =>
        element("button", { type: "button", class: "button tonal", click: () => hands.choose(number) }, say(kind, name === null ? {} : { name })),
    );
    return element("section", {}, element("h1", {}, say("found_title")), paragraph("found_text"), ...buttons, plain("not_now", hands.home));
}

export function waiting(): HTMLElement {
    return element("p", { class: "status", role: "status" }, say("web_loading"));
}

/** `inApp` is what the app opens, where there is a text for it. */
export function opened(screen: Of<"opened">, hands: Hands, inApp: string | undefined): HTMLElement {
    const name = element("input", { id: "name", autocomplete: "nickname", maxlength: "64" });
    return form(
        () => hands.accept(name.value.trim()),
        person(screen.name ?? say("person_unknown"), [say("confirm_claim"), until(screen.expires_at)].join(" · ")),
        element("h1", {}, say("confirm_headline")),
        screen.expires_at === null && paragraph("confirm_expired", "warning"),
        element(
            "ul",
            { class: "card facts" },
            fact(SHIELD, say("confirm_between")),
            fact(EYE, say("confirm_address")),
            fact(PAGE, say("web_no_account", { host: location.host || location.protocol })),
            fact(CARRIED, say(screen.proof)),
        ),
        screen.question !== null && element("p", {}, say("confirm_question", { question: screen.question })),
        element("label", { for: "name" }, say("your_name")),
        name,
        go("connect"),
        inApp !== undefined && element("a", { class: "button tonal", href: inApp }, icon(...PHONE), say("web_in_app")),
        plain("not_now", hands.close),
    );
}

export function locked(screen: Of<"locked">, hands: Hands): HTMLElement {
    const answers = screen.questions.map((question, number) => ({
        label: element("label", { for: `answer-${number}`, class: "asked" }, question || say("question_unwritten")),
        input: answerInput(`answer-${number}`),
    }));
    return form(
        () => hands.answer(answers.map(({ input }) => input.value)),
        element("h1", {}, say("web_locked_title")),
        paragraph("web_locked_text"),
        ...answers.flatMap(({ label, input }) => [label, input]),
        screen.hint !== null && alert(screen.hint),
        screen.is_unlocking ? element("p", { class: "status", role: "status" }, say("unlocking")) : go("answer"),
        plain("not_now", hands.close),
        paragraph("question_warning", "quiet card"),
    );
}

export function connecting(screen: Of<"connecting">, hands: Hands): HTMLElement {
    return element(
        "section",
        {},
        element("h1", {}, say("connecting_title")),
        element("p", { class: "status", role: "status" }, say(screen.status)),
        screen.hint !== null && paragraph(screen.hint),
        button("show_my_reply", "tonal", hands.offerReply),
        plain("stop", hands.close),
    );
}

export function replyNeeded(screen: Of<"reply_needed">, hands: Hands): HTMLElement {
    return element(
        "section",
        { class: "centred" },
        element("h1", {}, say("reply_title")),
        paragraph("reply_text"),
        screen.code !== null && picture(screen.code, say("qr_description")),
        screen.hint !== null && paragraph(screen.hint, "warning"),
        element("p", { class: "status", role: "status" }, say("web_reply_waits")),
        shared(screen.link),
        plain("stop", hands.close),
    );
}

export function asking(screen: Of<"asking">, hands: Hands): HTMLElement {
    const input = answerInput("answer");
    return form(
        () => hands.answer([input.value]),
        element("p", { class: "quiet" }, say("question_title")),
        element("h1", {}, element("label", { for: "answer" }, screen.question)),
        element("p", {}, `${say("question_unseen")} ${say("tries_left", { count: screen.tries_left })}`),
        input,
        screen.hint !== null && alert(screen.hint),
        screen.warning !== null && paragraph(screen.warning, "warning"),
        go("answer"),
        plain("not_now", hands.close),
        paragraph("question_warning", "quiet card"),
    );
}

export function ended(screen: Of<"ended">, hands: Hands): HTMLElement {
    return element(
        "section",
        {},
        element("h1", {}, say(screen.kind)),
        screen.remedy !== null && paragraph(screen.remedy),
        screen.is_goodbye && paragraph("web_not_kept"),
        button("back_home", "filled", hands.home),
    );
}

/** A conversation: its frame stays while the state changes, so that what is being written stays too. */
export class Talk {
    readonly root: HTMLElement;
    private name = "";
    private readonly head = element("div", { class: "head" });
    private readonly above = element("div", { class: "above" });
    private readonly lines = element("ol", { class: "lines", tabindex: "0", "aria-live": "polite", "aria-labelledby": "who" });
    private readonly empty = element("li", { class: "day" }, say("conversation_empty"));
    private readonly known = new Map<number, Row>();

    constructor(private readonly hands: Hands) {
        const text = element("textarea", { id: "message", rows: "1", "aria-label": say("write_message") });
        text.placeholder = say("write_message");
        const send = (): void => {
            if (text.value.trim() !== "") this.hands.say(text.value);
            text.value = "";
            text.focus();
        };
        text.addEventListener("keydown", (event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
        });
        const picked = element("input", { type: "file", id: "file", multiple: true, class: "unseen", tabindex: "-1", "aria-hidden": "true" });
        picked.addEventListener("change", () => {
            this.sendAll(picked.files);
            picked.value = "";
        });
        const attach = element("button", { type: "button", class: "round", "aria-label": say("attach"), click: () => picked.click() }, icon(...CLIP));
        const press = element("button", { class: "round filled", "aria-label": say("send") }, icon(...SEND));
        const write = form(send, picked, attach, text, press);
        write.className = "write";
        text.addEventListener("paste", (event) => {
            if (this.sendAll(event.clipboardData?.files)) event.preventDefault();
        });
        this.lines.append(element("li", { class: "day" }, say("web_not_kept")), this.empty);
        this.root = element("section", { class: "talk" }, this.head, this.above, this.lines, write);
        this.root.addEventListener("dragover", (event) => event.preventDefault());
        this.root.addEventListener("drop", (event) => {
            event.preventDefault();
            this.sendAll(event.dataTransfer?.files);
        });
    }

    /** Sends these. Whether there were any. */
    private sendAll(files: FileList | null | undefined): boolean {
        for (const file of files ?? []) this.hands.send(file);
        return (files?.length ?? 0) > 0;
    }

    show(screen: Of<"talking">): void {
        const trust = say("trust_line", { level: say(screen.trust), reason: say(screen.reason) });
        const mark = screen.is_verified && icon(...SHIELD);
        this.name = screen.name || say("person_unknown");
        const goodbye = (): void => {
            if (this.mayEnd()) this.hands.close();
        };
        this.head.replaceChildren(
            avatar(screen.name),
            element(
                "div",
                { class: "who" },
                element("h1", { id: "who" }, this.name, mark),
                element("p", { class: screen.is_interrupted ? "warning" : "quiet", role: "status" }, say(screen.line)),
            ),
            button("leave", "plain", goodbye),
            element("p", { class: "quiet" }, trust),
        );
        this.root.classList.toggle("compares", screen.comparing !== null);
        this.above.replaceChildren(...this.notes(screen).filter((note) => note !== false));
    }

    /** Asks whether the conversation may end. */
    mayEnd(): boolean {
        return confirm(say("goodbye_title", { name: this.name }));
    }

    private notes(screen: Of<"talking">): (HTMLElement | false)[] {
        const { comparing } = screen;
        return [
            screen.wish !== null && comparing === null && paragraph(screen.wish),
            comparing === null && !screen.is_verified && button("compare", screen.is_offered ? "tonal" : "chip", this.hands.compare),
            screen.can_be_vouched_for && comparing === null && button("only_they_would_ask", "chip", this.hands.onlyThey),
            screen.warning !== null && paragraph(screen.warning, "warning"),
            screen.limit !== null && paragraph(screen.limit, "warning"),
            screen.limit !== null && button("allow_more", "chip", this.hands.allowMore),
            comparing !== null && this.comparison(comparing),
        ];
    }

    private comparison({ symbols, digits }: NonNullable<Of<"talking">["comparing"]>): HTMLElement {
        const pictures = symbols.map(([symbol, name]) =>
            element("li", {}, element("span", { class: "symbol", "aria-hidden": "true" }, symbol), say(name)),
        );
        return element(
            "div",
            { class: "card comparison" },
            element("h2", {}, say("compare_title")),
            paragraph("compare_text"),
            element("ul", { class: "symbols" }, ...pictures),
            element("p", { class: "digits" }, digits),
            button("compare_same", "filled", () => this.hands.judge(true)),
            button("compare_different", "tonal", () => this.hands.judge(false)),
            button("compare_later", "plain", this.hands.later),
        );
    }

    line(line: Line): void {
        this.empty.remove();
        const before = this.known.get(line.number);
        if (before !== undefined) return before.show(line);
        const row = new Row(line, this.hands);
        this.known.set(line.number, row);
        this.lines.append(row.root);
        row.root.scrollIntoView({ block: "end" });
    }
}

/** A row, of which only what is otherwise than before is drawn again: somebody may be about to press a button. */
class Row {
    readonly root: HTMLElement;
    private readonly file = element("div", { class: "file" });
    private readonly progress = element("progress");
    private readonly progressed = element("span", { class: "quiet", "aria-live": "off" });
    /** What the file looks like now, but for how far it is. */
    private shown = "";

    constructor(
        line: Line,
        private readonly hands: Hands,
    ) {
        const time = new Date(line.at).toLocaleTimeString(LANGUAGE, { timeStyle: "short" });
        const author = element("span", { class: "unseen" }, line.ours ? `${say("row_ours")}: ` : `${say("row_theirs")}: `);
        const name = line.file === null ? line.text : say("file_line", { name: line.text, size: size(line.file.size) });
        const text = element("p", { dir: "auto" }, line.file !== null && icon(...FILE), author, name);
        this.root = element("li", { class: line.ours ? "ours" : "theirs", tabindex: "-1" }, text, this.file, element("time", {}, time));
        this.show(line);
    }

    show({ number, text, file }: Line): void {
        if (file === null) return;
        const { done, ...rest } = file;
        if (done !== null) {
            this.progress.max = file.size;
            this.progress.value = done;
            this.progressed.textContent = say("file_progress", { done: size(done), size: size(file.size) });
        }
        const shown = JSON.stringify(rest);
        if (shown === this.shown) return;
        this.shown = shown;
        this.progress.setAttribute("aria-label", text);
        const hadFocus = this.file.contains(document.activeElement);
        this.file.replaceChildren(...this.parts(number, text, file).filter((part) => part !== false));
        // Whoever pressed a button goes on from here, and presses no other one unawares.
        if (hadFocus) this.root.focus();
    }

    private parts(number: number, name: string, { status, done, limit, is_offered, may_stop, place }: FileLine): (HTMLElement | false)[] {
        return [
            element("p", { class: "quiet" }, say(status, limit === null ? {} : { size: size(limit) })),
            done !== null && this.progress,
            done !== null && this.progressed,
            is_offered && button("accept", "tonal", () => this.hands.take(number)),
            is_offered && plain("decline", () => this.hands.stop(number)),
            may_stop && plain("stop", () => this.hands.stop(number)),
            place !== null && button("save", "tonal", () => this.hands.save(place, name)),
            place !== null && paragraph("web_file_here", "quiet"),
        ];
    }
}

/** Says something for a while that belongs to no state. */
export function notice(key: Key): HTMLElement {
    return element("p", { class: "notice", role: "alert" }, say(key));
}

function person(name: string, line: string): HTMLElement {
    return element(
        "div",
        { class: "person" },
        avatar(name),
        element("div", { class: "who" }, element("p", { class: "name", dir: "auto" }, name), element("p", { class: "quiet" }, line)),
    );
}

function avatar(name: string): HTMLElement {
    return element("span", { class: "avatar", "aria-hidden": "true" }, [...name.trim()][0]?.toLocaleUpperCase() ?? "?");
}

function until(seconds: number | null): string {
    if (seconds === null) return "";
    const at = new Date(seconds * 1_000);
    const isToday = at.toDateString() === new Date().toDateString();
    const day = isToday ? {} : ({ weekday: "short" } as const);
    const time = at.toLocaleString(LANGUAGE, { ...day, hour: "numeric", minute: "2-digit" });
    return say("good_until", { time });
}

function fact(paths: string[], text: string): HTMLElement {
    const stop = text.indexOf(". ") + 1;
    return element("li", {}, icon(...paths), element("span", {}, element("b", {}, text.slice(0, stop)), text.slice(stop)));
}

function paragraph(key: Key, kind = ""): HTMLElement {
    return element("p", { class: kind }, say(key));
}

function alert(key: Key): HTMLElement {
    return element("p", { class: "wrong", role: "alert" }, say(key));
}

function answerInput(id: string): HTMLInputElement {
    return element("input", { id, autocomplete: "off", autocapitalize: "off", spellcheck: "false", required: true });
}

function form(submit: () => void, ...children: Parameters<typeof element>[2][]): HTMLFormElement {
    return element(
        "form",
        {
            submit: (event) => {
                event.preventDefault();
                submit();
            },
        },
        ...children,
    );
}

/** The one button that is the next thing to do. */
function go(key: Key): HTMLButtonElement {
    return element("button", { class: "button filled" }, say(key));
}

function button(key: Key, kind: "filled" | "tonal" | "plain" | "chip", click: () => void): HTMLButtonElement {
    return element("button", { type: "button", class: `button ${kind}`, click: () => click() }, say(key));
}

function plain(key: Key, click: () => void): HTMLButtonElement {
    return button(key, "plain", click);
}

function chip(paths: string[] | undefined, key: Key, click: (event: Event) => void): HTMLButtonElement {
    const mark = paths !== undefined && icon(...paths);
    return element("button", { type: "button", class: "button chip", click }, mark, say(key));
}

async function copy(text: string, { currentTarget }: Event): Promise<void> {
    await navigator.clipboard.writeText(text);
    if (currentTarget instanceof HTMLElement) currentTarget.textContent = say("web_copied");
}
