// The two are together.

import type { FileLine, Line, Of } from "../device.js";
import { element, icon } from "../dom.js";
import type { Key } from "../strings.js";
import { LANGUAGE, say, size } from "../words.js";
import type { Subject } from "./about.js";
import type { Hands } from "./hands.js";
import { CLIP, SHIELD, avatar, button, form, paragraph, plain } from "./parts.js";

const SEND = ["M4 12l16-8-6 16-3-7z"];
const FILE = ["M6 3h8l4 4v14H6z", "M14 3v4h4"];

/** A conversation: its frame stays while the state changes, so that what is being written stays too. */
export class Talk {
    readonly root: HTMLElement;
    name = "";
    private last: Of<"apart" | "talking"> | undefined;
    /** Whether both keep what is said. */
    isLasting = false;
    /** What is being written about a row, in the place of a message of its own. */
    private subject: Subject | undefined;
    private readonly text = element("textarea", { id: "message", rows: "1", "aria-label": say("write_message") });
    private readonly write: HTMLFormElement;
    private readonly said = element("div", { class: "subject" });
    private readonly earlier = element("li", { class: "day" });
    private readonly head = element("div", { class: "head" });
    private readonly above = element("div", { class: "above" });
    private readonly lines = element("ol", { class: "lines", tabindex: "0", "aria-live": "polite", "aria-labelledby": "who" });
    private readonly empty = element("li", { class: "day" }, say("conversation_empty"));
    private readonly known = new Map<number, Row>();

    constructor(private readonly hands: Hands) {
        const { text } = this;
        text.placeholder = say("write_message");
        const send = (): void => {
            if (text.value.trim() !== "") this.send(text.value);
            text.value = "";
            this.begin(undefined);
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
        this.write = form(send, picked, attach, text, press);
        this.write.className = "write";
        this.earlier.append(button("web_earlier", "chip", this.hands.earlier));
        text.addEventListener("paste", (event) => {
            if (this.sendAll(event.clipboardData?.files)) event.preventDefault();
        });
        this.lines.append(this.empty);
        this.root = element("section", { class: "talk" }, this.head, this.above, this.lines, this.said, this.write);
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

    private send(text: string): void {
        const { subject, hands } = this;
        if (subject === undefined) hands.say(text);
        else if (subject.isEdit) hands.edit(subject.row, text);
        else hands.reply(subject.row, text);
    }

    /** What is written next is about this, or about nothing. */
    private begin(subject: Subject | undefined): void {
        this.subject = subject;
        this.said.replaceChildren();
        if (subject !== undefined) {
            const quoted = element("span", { class: "quiet", dir: "auto" }, subject.text);
            const drop = (): void => this.begin(undefined);
            this.said.append(element("b", {}, say(subject.isEdit ? "subject_edit" : "subject_reply")), quoted, button("not_now", "plain", drop));
            if (subject.isEdit) this.text.value = subject.text;
        }
        this.text.focus();
    }

    /** It could not be kept, so it was not said. It is given back, unless something else is being written. */
    giveBack(text: string): void {
        if (this.text.value === "") this.text.value = text;
    }

    /** Nothing stands before what is shown. */
    isWhole(): void {
        this.earlier.remove();
    }

    lineGone(number: number): void {
        this.known.get(number)?.root.remove();
        this.known.delete(number);
    }

    /** The other one is not here. */
    private showApart(screen: Of<"apart">): void {
        this.showName(screen, "", undefined, button("forget", "plain", this.hands.forget), plain("back_home", this.hands.home));
        this.head.append(element("p", { class: "quiet", role: "status" }, say(screen.status)));
        this.empty.remove();
        this.write.hidden = !screen.can_write;
        this.above.replaceChildren();
    }

    private showName(
        { name, trust, reason, is_verified }: Of<"apart" | "talking">,
        claim: string,
        line: HTMLElement | undefined,
        ...buttons: HTMLElement[]
    ): void {
        this.name = name || say("person_unknown");
        const mark = is_verified && icon(...SHIELD);
        this.head.replaceChildren(
            avatar(name),
            element(
                "div",
                { class: "who" },
                element("h1", { id: "who" }, this.name, mark),
                line,
            ),
            ...buttons,
            element("p", { class: "quiet" }, `${say("trust_line", { level: say(trust), reason: say(reason) })} ${claim}`.trim()),
        );
    }

    get state(): "apart" | "talking" {
        return this.last?.is ?? "talking";
    }

    show(screen: Of<"apart" | "talking">): void {
        this.last = screen;
        if (screen.is === "apart") this.showApart(screen);
        else this.showTalking(screen);
    }

    private showTalking(screen: Of<"talking">): void {
        const goodbye = (): void => {
            if (this.mayEnd()) this.hands.close();
        };
        const line = element("p", { class: screen.is_interrupted ? "warning" : "quiet", role: "status" }, say(screen.line));
        // What both keep goes on without being looked at.
        const back = this.isLasting ? [plain("back_home", this.hands.home)] : [];
        const claim = screen.client === null ? "" : say(screen.client, { site: screen.site ?? "" });
        this.showName(screen, claim, line, button("leave", "plain", goodbye), ...back);
        this.write.hidden = false;
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
        if (this.known.size === 0) this.begun(line.is_lasting);
        const before = this.known.get(line.number);
        if (before !== undefined) return before.show(line);
        const row = new Row(line, this.hands, (subject) => this.begin(subject));
        this.known.set(line.number, row);
        const next = line.before === null ? undefined : this.known.get(line.before);
        if (next !== undefined) return next.root.before(row.root);
        this.lines.append(row.root);
        row.root.scrollIntoView({ block: "end" });
        this.see(line);
    }

    /** It is known now whether both keep what is said. */
    private begun(isLasting: boolean): void {
        this.isLasting = isLasting;
        this.lines.prepend(isLasting ? this.earlier : element("li", { class: "day" }, say("web_not_kept")));
        if (this.last?.is === "talking") this.showTalking(this.last);
    }

    /** Whoever looks has seen what stands there. */
    private see({ number, ours, is_lasting }: Line): void {
        if (is_lasting && !ours && this.root.isConnected && document.visibilityState === "visible") this.hands.see(number);
    }

    /** It is on the screen again. */
    seeAll(): void {
        const last = [...this.known.values()].map((row) => row.line).filter(({ ours }) => !ours).at(-1);
        if (last !== undefined) this.see(last);
        this.lines.lastElementChild?.scrollIntoView({ block: "end" });
    }
}

/** A row, of which only what is otherwise than before is drawn again: somebody may be about to press a button. */
class Row {
    readonly root: HTMLElement;
    private readonly what = element("p", { dir: "auto" });
    private readonly quote = element("blockquote", { dir: "auto" });
    private readonly file = element("div", { class: "file" });
    private readonly progress = element("progress");
    private readonly progressed = element("span", { class: "quiet", "aria-live": "off" });
    private readonly reactions = element("p", { class: "reactions" });
    private readonly foot = element("p");
    /** What can be done with it, which is offered to whoever asks for it. */
    private readonly more = element("button", { type: "button", class: "more", "aria-label": say("web_about_row"), "aria-expanded": "false" }, "⋯");
    private offered: HTMLElement | undefined;
    /** What the file looks like now, but for how far it is. */
    private shown = "";

    constructor(
        public line: Line,
        private readonly hands: Hands,
        private readonly begin: (subject: Subject) => void,
    ) {
        this.more.addEventListener("click", () => void this.offer(this.offered === undefined));
        this.root = element(
            "li",
            { class: line.ours ? "ours" : "theirs", tabindex: "-1" },
            this.quote,
            this.what,
            this.file,
            this.reactions,
            element("div", { class: "foot" }, this.foot, line.is_lasting && this.more),
        );
        this.show(line);
    }

    show(line: Line): void {
        this.line = line;
        const { ours, text, note, file, quote, reactions } = line;
        const author = element("span", { class: "unseen" }, ours ? `${say("row_ours")}: ` : `${say("row_theirs")}: `);
        const named = file === null ? text : say("file_line", { name: text, size: size(file.size) });
        const mark = file !== null && icon(...FILE);
        this.what.replaceChildren(...[mark, author, note === null ? named : element("i", {}, say(note))].filter((part) => part !== false));
        this.quote.hidden = quote === null;
        this.quote.textContent = quote === null ? "" : quote[1] ? say(quote[0] as Key) : quote[0];
        this.reactions.textContent = reactions.map(({ symbol }) => symbol).join(" ");
        this.more.hidden = note !== null;
        this.foot.replaceChildren(...this.footing(line));
        if (this.offered !== undefined) void this.offer(note === null);
        if (file !== null) this.showFile(line, file);
        else this.file.replaceChildren();
    }

    /** When it was said, and where it is. */
    private footing({ at, mark, is_edited }: Line): HTMLElement[] {
        const when = new Date(at);
        const isToday = when.toDateString() === new Date().toDateString();
        const day = isToday ? {} : ({ day: "numeric", month: "short" } as const);
        const time = when.toLocaleString(LANGUAGE, { ...day, hour: "numeric", minute: "2-digit" });
        const words = [is_edited && say("edited"), mark !== null && say(mark)].filter((word) => word !== false);
        const ticks = mark !== null && element("span", { class: "ticks", "aria-hidden": "true" }, mark === "mark_theirs" ? "✓✓" : "✓");
        return [
            element("time", {}, time),
            words.length > 0 && element("span", {}, words.join(" · ")),
            ticks,
        ].filter((part) => part !== false);
    }

    /** Offers what can be done with it, or no more. */
    private async offer(isWanted: boolean): Promise<void> {
        const { about } = await import("./about.js");
        const hadFocus = this.offered?.contains(document.activeElement) ?? false;
        this.offered?.remove();
        this.offered = isWanted ? about(this.line, this.hands, this.begin) : undefined;
        this.more.setAttribute("aria-expanded", String(isWanted));
        this.offered?.addEventListener("click", ({ target }) => {
            if (target instanceof HTMLButtonElement) void this.offer(false);
        });
        if (this.offered !== undefined) this.root.append(this.offered);
        if (hadFocus) this.more.focus();
    }

    private showFile({ number, text }: Line, file: FileLine): void {
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
        const isHere = place !== null && this.hands.has(place);
        return [
            element("p", { class: "quiet" }, say(status, limit === null ? {} : { size: size(limit) })),
            done !== null && this.progress,
            done !== null && this.progressed,
            is_offered && button("accept", "tonal", () => this.hands.take(number)),
            is_offered && plain("decline", () => this.hands.stop(number)),
            may_stop && plain("stop", () => this.hands.stop(number)),
            place !== null && isHere && button("save", "tonal", () => this.hands.save(place, name)),
            place !== null && paragraph(isHere ? "web_file_here" : "web_file_gone", "quiet"),
        ];
    }
}
