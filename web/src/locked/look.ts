// Looking at what was in a locked file, without anything of it being able to act or to reach anybody.

import { element } from "../dom.js";

/** What is left of a page: its text and its order. Nothing here names an address, runs, or is sent. */
const ELEMENTS = (
    "html body main article section header footer aside address h1 h2 h3 h4 h5 h6 hgroup p div span a ul ol li dl dt dd " +
    "table caption thead tbody tfoot tr td th b i em strong u s small sub sup br wbr hr pre code kbd samp var blockquote " +
    "q cite abbr dfn mark del ins time figure figcaption img details summary ruby rt rp bdi bdo"
).split(" ");
const ATTRIBUTES = "dir lang title alt width height colspan rowspan start reversed open src".split(" ");

/** Inside the frame too, whose own rules these are, beside those of the page around it. */
const RULES = "default-src 'none'; img-src data:; form-action 'none'; base-uri 'none'";

const PICTURE = /^image\/(png|jpeg|gif|webp|avif|bmp)$/;
const TYPES: Record<string, string> = {
    txt: "text/plain",
    md: "text/plain",
    html: "text/html",
    htm: "text/html",
    png: "image/png",
    jpg: "image/jpeg",
    jpeg: "image/jpeg",
    gif: "image/gif",
    webp: "image/webp",
    avif: "image/avif",
    bmp: "image/bmp",
};

/** The type that a file says it has, or that its name stands for; without either it is a text. */
export function typeOf(name: string, said: string): string {
    const extension = name.toLowerCase().split(".").at(-1) ?? "";
    return said || TYPES[extension] || (name === "" ? "text/plain" : "application/octet-stream");
}

/** Whether there is anything to see in it, for this browser. */
export function canBeSeen(type: string): boolean {
    return type === "text/plain" || PICTURE.test(type) || (type === "text/html" && "parseHTML" in Document);
}

/** The element that shows it. */
export function look(bytes: Uint8Array<ArrayBuffer>, type: string, description: string): HTMLElement {
    if (type === "text/plain") return element("pre", { class: "seen", dir: "auto" }, new TextDecoder().decode(bytes));
    if (type === "text/html") return frame(new TextDecoder().decode(bytes), description);
    const src = URL.createObjectURL(new Blob([bytes], { type }));
    return element("img", { class: "seen", alt: description, src, load: () => URL.revokeObjectURL(src) });
}

/** The browser's own reader and sanitizer of pages (WICG Sanitizer API), which this language's types do not know yet. */
type Parser = { parseHTML(text: string, options: object): Document };

/** A page, of which only what can do nothing is left, in a frame that may do nothing. */
function frame(page: string, title: string): HTMLIFrameElement {
    const sanitizer = { elements: ELEMENTS, attributes: ATTRIBUTES, comments: false, dataAttributes: false };
    const parsed = (Document as unknown as Parser).parseHTML(page, { sanitizer });
    for (const picture of parsed.querySelectorAll("[src]")) {
        if (!picture.getAttribute("src")?.startsWith("data:image/")) picture.removeAttribute("src");
    }
    const head = `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${RULES}">`;
    const src = URL.createObjectURL(new Blob([head, parsed.body.outerHTML], { type: "text/html" }));
    const shown = element("iframe", { class: "seen", sandbox: true, referrerpolicy: "no-referrer", title });
    shown.addEventListener("load", () => URL.revokeObjectURL(src));
    shown.src = src;
    return shown;
}
