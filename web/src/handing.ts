// Ways in which something leaves this page.

import type { Key } from "./strings.js";

/** Of the File System Access API, which this language's types do not know yet, what is used here. */
type Picker = (options: { suggestedName: string }) => Promise<FileSystemFileHandle>;

const picker = (): Picker | undefined => (window as { showSaveFilePicker?: Picker }).showSaveFilePicker?.bind(window);

/** Saves this where the person says, or else where this browser saves what it loads. Why it is not saved, if it is not. */
export async function save(content: Blob, name: string): Promise<Key | undefined> {
    const pick = picker();
    if (pick === undefined) {
        download(content, name);
        return undefined;
    }
    try {
        const place = await pick({ suggestedName: name });
        await content.stream().pipeTo(await place.createWritable());
    } catch (error) {
        const why = error instanceof Error ? error.name : "";
        // Whoever thinks better of it needs no word.
        if (why === "AbortError") return undefined;
        // A page in a frame, or one that may show nothing now, has no picker.
        if (why === "SecurityError" || why === "NotAllowedError") download(content, name);
        else return why === "QuotaExceededError" ? "kind_storage_full" : "kind_storage";
    }
    return undefined;
}

/** Saves this where this browser saves what it loads: as bytes alone, so that it is never shown, whatever it is. */
export function download(content: Blob, name: string): void {
    const address = URL.createObjectURL(content.slice(0, content.size, "application/octet-stream"));
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Whether this browser hands this to other apps. */
export function canShare(what: ShareData): boolean {
    return typeof navigator.share === "function" && (what.files === undefined || navigator.canShare(what));
}

/** Hands it to the app that the person chooses. */
export async function share(what: ShareData): Promise<void> {
    try {
        await navigator.share(what);
    } catch {
        // Whoever thinks better of it needs no word.
    }
}

/** The longest side of a picture of a code, in pixels: messengers make larger ones smaller. */
const LARGEST_SIDE = 1_600;

/** The most pixels a module. */
const SCALE = 8;

/** An SVG that the core drew, one unit a module, as a picture that everybody can save and show. */
export async function png(svg: string): Promise<Blob> {
    const units = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1] ?? 1);
    const side = units * Math.min(SCALE, Math.floor(LARGEST_SIDE / units));
    // Some browsers draw none that does not say its size itself.
    const sized = svg.replace("<svg ", `<svg width="${side}" height="${side}" `);
    const address = URL.createObjectURL(new Blob([sized], { type: "image/svg+xml" }));
    try {
        const drawn = new Image();
        drawn.src = address;
        await drawn.decode();
        const canvas = document.createElement("canvas");
        canvas.width = canvas.height = side;
        canvas.getContext("2d")?.drawImage(drawn, 0, 0, side, side);
        return await new Promise((done, failed) => {
            canvas.toBlob((picture) => (picture === null ? failed(new DOMException("", "EncodingError")) : done(picture)), "image/png");
        });
    } finally {
        URL.revokeObjectURL(address);
    }
}
