// A locked file: asks what it asks, opens it in the module for that, and hands out what was in it.

import { element, icon } from "./dom.js";
import { carriedModule } from "./inside.js";
import { canBeSeen, look, typeOf } from "./look.js";
import type { Key } from "./strings.js";
import init, { Locked, type Opened } from "./unseal/unseal.js";
import { say, size } from "./words.js";

const FOLDER_TYPE = "application/vnd.handfast.folder+tar";

/** Draws what a locked file asks; `note` stands above it. Undefined for what is none. */
export async function lockedFile(text: string, draw: (screen: HTMLElement) => void, note?: Key): Promise<void> {
    await init(await carriedModule("unseal"));
    let file: Locked;
    try {
        file = Locked.in_text(text);
    } catch (error) {
        draw(element("section", {}, element("h1", {}, sentence(error))));
        return;
    }
    draw(asked(file, draw, note));
}

function asked(file: Locked, draw: (screen: HTMLElement) => void, note: Key | undefined): HTMLElement {
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
    const open = (): void => {
        try {
            const typed = inputs.map((input) => input.value);
            draw(openedFile(file.open(typed, code?.value ?? "")));
        } catch (error) {
            wrong.textContent = sentence(error);
            go.textContent = say("answer");
            go.disabled = false;
        }
    };
    const submit = (event: Event): void => {
        event.preventDefault();
        wrong.textContent = "";
        go.textContent = say("unlocking");
        go.disabled = true;
        // What was shown is drawn before the page is busy.
        requestAnimationFrame(() => setTimeout(open));
    };
    const text = element("p", {}, say("sealed_page_text"));
    const above = note !== undefined && element("p", { class: "quiet card" }, say(note));
    return element("form", { submit, "data-screen": "sealed" }, element("h1", {}, say("sealed_page_title")), text, ...rows, wrong, go, above);
}

function openedFile(opened: Opened): HTMLElement {
    const bytes = new Uint8Array(opened.take());
    const { name, media_type: said } = opened;
    opened.free();
    const type = typeOf(name, said);
    const isFolder = said === FOLDER_TYPE;
    const shown = name || say("sealed_unnamed");
    const address = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
    const called = isFolder ? `${shown}.tar` : name || "handfast.txt";
    const place = element("div", { class: "looked" });
    const see = (): void => {
        const note = type === "text/html" && element("p", { class: "quiet" }, say("sealed_look_stripped"));
        place.replaceChildren(look(bytes, type, shown), ...(note ? [note] : []));
    };
    return element(
        "section",
        { "data-screen": "unsealed" },
        element("p", { class: "quiet" }, say("sealed_opened")),
        element("h1", { dir: "auto" }, shown),
        element("p", { class: "quiet" }, isFolder ? say("sealed_folder") : [type, size(bytes.length)].join(" · ")),
        element("a", { class: "button filled", href: address, download: called }, icon("M12 4v11", "M7 11l5 5 5-5", "M5 20h14"), say("save")),
        canBeSeen(type) && element("button", { type: "button", class: "button tonal", click: see }, say("sealed_look")),
        !canBeSeen(type) && type === "text/html" && element("p", { class: "quiet" }, say("sealed_not_shown")),
        place,
    );
}

/** What an error of the module says is the key of a sentence. */
function sentence(error: unknown): string {
    return say(error instanceof Error && error.message !== "" ? (error.message as Key) : "kind_internal");
}
