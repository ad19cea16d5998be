// A locked file: asks what it asks, opens it, and hands out what was in it.

import { element, icon } from "../dom.js";
import { canShare, save, share } from "../handing.js";
import { type FileInside, Folder, LockedFile, type Opened } from "../sealing/sealing.js";
import type { Key } from "../strings.js";
import { say, size } from "../words.js";
import { canBeSeen, look, typeOf } from "./look.js";
import { drawn, loaded, sentenceOf } from "./module.js";

const SAVE = ["M12 4v11", "M7 11l5 5 5-5", "M5 20h14"];

type Draw = (screen: HTMLElement) => void;

/** Draws what a locked file asks, as a text or as it is, or why it is none; `note` stands below. */
export async function lockedFile(container: string | Uint8Array<ArrayBuffer>, draw: Draw, note?: Key): Promise<void> {
    await loaded();
    try {
        const file = typeof container === "string" ? LockedFile.in_text(container) : new LockedFile(container);
        draw(asked(file, draw, note));
    } catch (error) {
        draw(element("section", { "data-screen": "not_opened" }, element("h1", {}, say(sentenceOf(error)))));
    }
}

function asked(file: LockedFile, draw: Draw, note: Key | undefined): HTMLElement {
    const inputs: HTMLInputElement[] = [];
    const rows: HTMLElement[] = [];
    const ask = (label: string): HTMLInputElement => {
        const id = `asked-${rows.length / 2}`;
        const input = element("input", { id, autocomplete: "off", autocapitalize: "off", spellcheck: "false", required: true });
        rows.push(element("label", { for: id, class: "asked" }, label), input);
        return input;
    };
    for (const question of file.questions()) inputs.push(ask(question || say("question_unwritten")));
    const code = file.needs_code() ? ask(say("answer_code")) : undefined;
    const wrong = element("p", { class: "wrong", role: "alert" });
    const go = element("button", { class: "button filled" }, say("answer"));
    const open = async (): Promise<void> => {
        wrong.textContent = "";
        go.textContent = say("unlocking");
        go.disabled = true;
        await drawn();
        try {
            const typed = inputs.map((input) => input.value);
            draw(openedFile(file.open(typed, code?.value ?? "")));
            file.free();
        } catch (error) {
            wrong.textContent = say(sentenceOf(error));
            go.textContent = say("answer");
            go.disabled = false;
        }
    };
    const submit = (event: Event): void => {
        event.preventDefault();
        void open();
    };
    const text = element("p", {}, say("sealed_page_text"));
    const below = note !== undefined && element("p", { class: "quiet card" }, say(note));
    return element("form", { submit, "data-screen": "sealed" }, element("h1", {}, say("sealed_page_title")), text, ...rows, wrong, go, below);
}

/** What was in it. */
interface Content {
    bytes: Uint8Array<ArrayBuffer>;
    /** What it is called on the screen. */
    shown: string;
    /** As which file it is saved. */
    name: string;
    type: string;
}

function openedFile(opened: Opened): HTMLElement {
    const { name, media_type: said } = opened;
    const isFolder = said === Folder.media_type();
    const inside = opened.inside();
    const bytes = opened.take() as Uint8Array<ArrayBuffer>;
    opened.free();
    const shown = name || say("sealed_unnamed");
    const whole: Content = { bytes, shown, name: isFolder ? `${shown}.tar` : name || "handfast.txt", type: typeOf(name, said) };
    return element(
        "section",
        { "data-screen": "unsealed" },
        element("p", { class: "quiet" }, say("sealed_opened")),
        element("h1", { dir: "auto" }, shown),
        element("p", { class: "quiet" }, isFolder ? say("sealed_folder") : [whole.type, size(bytes.length)].join(" · ")),
        inside !== undefined && element("ul", { class: "card inside" }, ...inside.map((file) => fileInside(file, bytes))),
        ...handedOut(whole),
    );
}

/** A file among others. */
function fileInside(file: FileInside, all: Uint8Array<ArrayBuffer>): HTMLElement {
    const { path, from, size: length } = file;
    file.free();
    const bytes = all.subarray(from, from + length);
    const name = path.split("/").at(-1) ?? path;
    const label = element("span", { dir: "auto" }, say("file_line", { name: path, size: size(length) }));
    return element("li", {}, label, ...handedOut({ bytes, shown: path, name, type: typeOf(name, "") }, true));
}

/** Ways out for what was in there. `isOneOfMany` makes them small, and says of what they are. */
function handedOut({ bytes, shown, name, type }: Content, isOneOfMany = false): HTMLElement[] {
    const place = element("div", { class: "looked" });
    const wrong = element("p", { class: "wrong", role: "alert" });
    const see = (): void => {
        const note = type === "text/html" && element("p", { class: "quiet" }, say("sealed_look_stripped"));
        place.replaceChildren(look(bytes, type, shown), ...(note ? [note] : []));
    };
    const keep = async (): Promise<void> => {
        const why = await save(new Blob([bytes]), name);
        wrong.textContent = why === undefined ? "" : say(why);
    };
    const press = (key: Key, kind: string, click: () => void, ...marks: string[]): HTMLElement =>
        element(
            "button",
            { type: "button", class: `button ${kind} ${key}`, "aria-label": isOneOfMany ? `${say(key)}: ${shown}` : undefined, click },
            marks.length > 0 && icon(...marks),
            say(key),
        );
    const files = [new File([bytes], name, { type })];
    const ways = [
        press("save", isOneOfMany ? "chip" : "filled", () => void keep(), ...SAVE),
        canShare({ files }) && press("share", isOneOfMany ? "chip" : "tonal", () => void share({ files })),
        canBeSeen(type) && press("sealed_look", isOneOfMany ? "chip" : "tonal", see),
        !canBeSeen(type) && type === "text/html" && element("p", { class: "quiet" }, say("sealed_not_shown")),
    ].filter((way) => way !== false);
    return [...(isOneOfMany ? [element("div", { class: "chips" }, ...ways)] : ways), wrong, place];
}
