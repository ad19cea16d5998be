// What several screens are made of.

import { element, icon } from "../dom.js";
import { canShare, png, save, share } from "../handing.js";
import type { Key } from "../strings.js";
import { LANGUAGE, say } from "../words.js";

export const SHIELD = ["M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z", "M9 12l2 2 4-4"];
export const CLIP = ["M20 11l-8 8a5 5 0 01-7-7l8-8a3.5 3.5 0 015 5l-8 8a2 2 0 01-3-3l7-7"];
export const LINK = ["M9 15l6-6", "M11 6l2-2a5 5 0 017 7l-2 2", "M13 18l-2 2a5 5 0 01-7-7l2-2"];
export const PICTURE = ["M4 5h16v14H4z", "M4 16l5-5 4 4 3-3 4 4"];

/** What somebody brings as a file: picked, pasted or dropped. */
export function brought<Drawn extends HTMLElement>(take: (file: File) => void, drawn: Drawn): { drawn: Drawn; picked: HTMLInputElement } {
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

/** Ways in which a link leaves this page, and a code as a picture, if there is one. */
export function shared(link: string, code: string | null = null): HTMLElement {
    const keep = async (event: Event, code: string): Promise<void> => {
        const chip = event.currentTarget;
        const why = await save(await png(code), "handfast.png");
        if (why !== undefined && chip instanceof HTMLElement) chip.textContent = say(why);
    };
    return element(
        "div",
        { class: "chips" },
        code !== null && chip(PICTURE, "web_save_picture", (event) => void keep(event, code)),
        canShare({ url: link }) && chip(LINK, "share_link", () => void share({ url: link })),
        chip(undefined, "copy", (event) => void copy(link, event)),
    );
}

export function person(name: string, line: string): HTMLElement {
    return element(
        "div",
        { class: "person" },
        avatar(name),
        element("div", { class: "who" }, element("p", { class: "name", dir: "auto" }, name), element("p", { class: "quiet" }, line)),
    );
}

export function avatar(name: string): HTMLElement {
    return element("span", { class: "avatar", "aria-hidden": "true" }, [...name.trim()][0]?.toLocaleUpperCase() ?? "?");
}

export function until(seconds: number | null): string {
    if (seconds === null) return "";
    const at = new Date(seconds * 1_000);
    const isToday = at.toDateString() === new Date().toDateString();
    const day = isToday ? {} : ({ weekday: "short" } as const);
    const time = at.toLocaleString(LANGUAGE, { ...day, hour: "numeric", minute: "2-digit" });
    return say("good_until", { time });
}

export function paragraph(key: Key, kind = ""): HTMLElement {
    return element("p", { class: kind }, say(key));
}

export function alert(key: Key): HTMLElement {
    return element("p", { class: "wrong", role: "alert" }, say(key));
}

export function answerInput(id: string): HTMLInputElement {
    return element("input", { id, autocomplete: "off", autocapitalize: "off", spellcheck: "false", required: true });
}

export function form(submit: () => void, ...children: Parameters<typeof element>[2][]): HTMLFormElement {
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
export function go(key: Key): HTMLButtonElement {
    return element("button", { class: "button filled" }, say(key));
}

export function button(key: Key, kind: "filled" | "tonal" | "plain" | "chip", click: () => void): HTMLButtonElement {
    return element("button", { type: "button", class: `button ${kind}`, click: () => click() }, say(key));
}

export function plain(key: Key, click: () => void): HTMLButtonElement {
    return button(key, "plain", click);
}

export function chip(paths: string[] | undefined, key: Key, click: (event: Event) => void): HTMLButtonElement {
    const mark = paths !== undefined && icon(...paths);
    return element("button", { type: "button", class: "button chip", click }, mark, say(key));
}

export async function copy(text: string, { currentTarget }: Event): Promise<void> {
    await navigator.clipboard.writeText(text);
    if (currentTarget instanceof HTMLElement) currentTarget.textContent = say("web_copied");
}

/** Asks whether somebody is to be kept, where anything can be. */
export function keeping(isPossible: boolean): { drawn: HTMLElement | false; wanted(): boolean } {
    const choice = element("input", { type: "checkbox", id: "keep" });
    choice.checked = true;
    const drawn = isPossible && element("label", { class: "choice" }, choice, say("web_keep"));
    return { drawn, wanted: () => choice.checked };
}
