// Locking a file or a text: what it is, what opens it, and what comes of it.

import { element, picture } from "../dom.js";
import { canShare, png, save, share } from "../handing.js";
import { CLIP, button, chip, copy, form, go, paragraph, plain } from "../screens/parts.js";
import { Folder, Lock, type Locked } from "../sealing/sealing.js";
import type { Key } from "../strings.js";
import { say, size } from "../words.js";
import { advise } from "./advice.js";
import { drawn, loaded, sentenceOf } from "./module.js";

/** What a locked file is called behind its name. */
const SUFFIX = ".handfast";

/** What is to be locked. */
interface Content {
    name: string;
    type: string;
    bytes: Uint8Array<ArrayBuffer>;
}

interface Hands {
    draw(screen: HTMLElement): void;
    home(): void;
}

/** Draws what it takes to lock something. */
export async function locking(hands: Hands): Promise<void> {
    await loaded();
    hands.draw(new Locking(hands).root);
}

/** Questions and answers, and what to think of them. */
class Questions {
    readonly root = element("div", { class: "asked-for" });
    private readonly rows = element("div", { class: "asked-for" });
    private readonly asked: { question: HTMLInputElement; answer: HTMLInputElement }[] = [];
    private readonly more = button("web_lock_question", "chip", () => this.add());
    private readonly advice = element("p", { class: "advice", role: "status" });
    private readonly code = element("input", { type: "checkbox", id: "with-code", change: () => this.judge() });

    constructor() {
        const code = element("label", { class: "choice" }, this.code, say("lock_with_code"));
        this.root.append(this.rows, element("div", { class: "chips" }, this.more), this.advice, code);
        this.root.addEventListener("input", () => this.judge());
        this.add();
    }

    private add(): void {
        const number = this.asked.length;
        const isFirst = number === 0;
        const input = (id: string, key: Key): HTMLInputElement => {
            const input = element("input", { id: `${id}-${number}`, autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
            // What both know need not be written, if it is one thing.
            input.required = !isFirst || id === "lock-answer";
            this.rows.append(element("label", { for: input.id }, say(key)), input);
            return input;
        };
        this.asked.push({ question: input("lock-question", "your_question"), answer: input("lock-answer", "your_answer") });
        this.more.hidden = this.asked.length === Lock.most_questions();
        if (!isFirst) this.asked[number]?.question.focus();
    }

    /** What the person decided. It is to be freed. */
    lock(): Lock {
        return new Lock(...this.typed());
    }

    private typed(): [string[], string[], boolean] {
        const questions = this.asked.map(({ question }) => question.value.trim());
        const answers = this.asked.map(({ answer }) => answer.value);
        return [questions, answers, this.code.checked];
    }

    private judge(): void {
        void advise(this.advice, ...this.typed());
    }
}

class Locking {
    readonly root: HTMLElement;
    private readonly text = element("textarea", { id: "lock-text", rows: "3", autocomplete: "off", "aria-label": say("web_lock_write") });
    private readonly picked = element("input", { type: "file", id: "lock-files", multiple: true, class: "unseen", tabindex: "-1", "aria-hidden": "true" });
    private readonly chosen = element("ul", { class: "chosen" });
    private readonly wrong = element("p", { class: "wrong", role: "alert" });
    private readonly questions = new Questions();
    private readonly press = go("lock_now");
    private files: File[] = [];

    constructor(private readonly hands: Hands) {
        this.text.placeholder = say("web_lock_write");
        this.picked.addEventListener("change", () => this.take(this.picked.files));
        const pick = chip(CLIP, "web_lock_pick", () => this.picked.click());
        this.root = form(
            () => void this.lock(),
            element("h1", {}, say("web_lock")),
            paragraph("lock_text"),
            this.text,
            this.chosen,
            this.picked,
            element("div", { class: "chips" }, pick),
            this.questions.root,
            this.wrong,
            this.press,
            plain("not_now", hands.home),
            paragraph("question_warning", "quiet card"),
        );
        this.root.dataset["screen"] = "locking";
        const bring = (event: Event, files: FileList | undefined): void => {
            if (this.take(files)) event.preventDefault();
        };
        this.root.addEventListener("paste", (event) => bring(event, event.clipboardData?.files));
        this.root.addEventListener("dragover", (event) => event.preventDefault());
        this.root.addEventListener("drop", (event) => bring(event, event.dataTransfer?.files));
    }

    /** Locks these instead of a text. Whether there are any. */
    private take(files: FileList | null | undefined): boolean {
        if (files === null || files === undefined || files.length === 0) return false;
        this.files = [...files];
        this.text.hidden = true;
        const rows = this.files.map((file) => element("li", { dir: "auto" }, say("file_line", { name: file.name, size: size(file.size) })));
        this.chosen.replaceChildren(...rows);
        return true;
    }

    private async lock(): Promise<void> {
        this.wrong.textContent = "";
        const bytes = this.files.reduce((sum, file) => sum + file.size, 0);
        if (this.files.length === 0 && this.text.value === "") return this.refuse(say("web_lock_nothing"));
        if (bytes > Lock.most_bytes()) return this.refuse(say("web_lock_too_large", { size: size(Lock.most_bytes()) }));
        this.press.textContent = say("locking");
        this.press.disabled = true;
        await drawn();
        const lock = this.questions.lock();
        try {
            const { name, type, bytes } = await this.content();
            const locked = lock.lock(name, type, bytes);
            this.hands.draw(handedOut(locked, name || say("sealed_unnamed"), this.hands.home));
        } catch (error) {
            this.refuse(say(error instanceof DOMException ? "kind_storage" : sentenceOf(error)));
        } finally {
            lock.free();
            this.press.textContent = say("lock_now");
            this.press.disabled = false;
        }
    }

    private refuse(why: string): void {
        this.wrong.textContent = why;
    }

    private async content(): Promise<Content> {
        const [file, ...others] = this.files;
        // A text has neither name nor type.
        if (file === undefined) return { name: "", type: "", bytes: new TextEncoder().encode(this.text.value) };
        const read = async (file: File): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await file.arrayBuffer());
        if (others.length === 0) return { name: file.name, type: "", bytes: await read(file) };
        const folder = new Folder();
        for (const file of this.files) folder.add(file.name, file.lastModified, await read(file));
        const bytes = folder.packed() as Uint8Array<ArrayBuffer>;
        folder.free();
        return { name: say("web_lock_files"), type: Folder.media_type(), bytes };
    }
}

/** What is locked, in every form that it has. */
function handedOut(locked: Locked, name: string, home: () => void): HTMLElement {
    const container = new File([locked.container() as Uint8Array<ArrayBuffer>], `${name}${SUFFIX}`, { type: "application/octet-stream" });
    const [text, code] = [locked.text(), locked.code_picture()];
    const beside = code === undefined ? locked.beside_picture() : undefined;
    const [characters, words] = locked.code();
    locked.free();
    const wrong = element("p", { class: "wrong", role: "alert" });
    const keep = async (content: Blob, as: string): Promise<void> => {
        const why = await save(content, as);
        wrong.textContent = why === undefined ? "" : say(why);
    };
    const isInPicture = code !== undefined || beside !== undefined;
    const asPicture = async (): Promise<Blob> => (code === undefined ? new Blob([beside as Uint8Array<ArrayBuffer>]) : png(code));
    return element(
        "section",
        { "data-screen": "locked_file" },
        element("h1", {}, say("sealed_title")),
        element("p", { class: "quiet", dir: "auto" }, say("file_line", { name: container.name, size: size(container.size) })),
        way("save-file", button("save", "filled", () => void keep(container, container.name))),
        canShare({ files: [container] }) && way("share-file", button("share", "tonal", () => void share({ files: [container] }))),
        characters !== undefined &&
            element(
                "div",
                { class: "card" },
                paragraph("sealed_code"),
                element("p", { class: "code-characters" }, characters),
                element("p", { class: "code-words", lang: "en" }, words),
                chip(undefined, "copy", (event) => void copy(characters, event)),
            ),
        isInPicture &&
            element(
                "div",
                { class: "card in-picture" },
                code !== undefined && picture(code, say("qr_description")),
                paragraph(code === undefined ? "picture_as_file" : "picture_is_code"),
                way("save-picture", button("web_save_picture", "tonal", () => void asPicture().then((png) => keep(png, `${name}.png`)))),
            ),
        text !== undefined && element("div", { class: "chips" }, way("copy-text", chip(undefined, "web_copy_text", (event) => void copy(text, event)))),
        wrong,
        plain("back_home", home),
    );
}

/** A way out, by which it can be found. */
function way(name: string, press: HTMLButtonElement): HTMLButtonElement {
    press.classList.add(name);
    return press;
}
