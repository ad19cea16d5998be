// The two are together.

import type { FileLine, Line, Of } from "../device.js";
import { element, icon } from "../dom.js";
import { LANGUAGE, say, size } from "../words.js";
import type { Hands } from "./hands.js";
import { CLIP, SHIELD, avatar, button, form, paragraph, plain } from "./parts.js";

const SEND = ["M4 12l16-8-6 16-3-7z"];
const FILE = ["M6 3h8l4 4v14H6z", "M14 3v4h4"];

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
        const claim = screen.client === null ? "" : say(screen.client, { site: screen.site ?? "" });
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
            element("p", { class: "quiet" }, `${trust} ${claim}`.trim()),
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
