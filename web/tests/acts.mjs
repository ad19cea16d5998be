// What a test does on a page, and what it waits for there.

import { PATIENCE } from "./world.mjs";

/** Waits for something, and says what is there instead if it never comes. */
async function comes(tab, what, coming) {
    try {
        await coming;
    } catch (cause) {
        throw new Error(`no ${what}, but: ${await tab.evaluate(() => document.body.innerText)}`, { cause });
    }
}

/** Waits until there is something like this. */
const waits = (tab, selector) => comes(tab, selector, tab.waitForSelector(selector, { timeout: PATIENCE }));

/** Waits until this screen is drawn. */
export const shows = (tab, screen) => waits(tab, `[data-screen="${screen}"]`);

/** Waits until something like this can be seen, and presses it. */
export async function press(tab, selector) {
    await waits(tab, selector);
    await tab.click(selector);
}

/** Waits until this can be read. */
export const reads = (tab, text) =>
    comes(tab, text, tab.waitForFunction((text) => document.body.textContent.includes(text), { timeout: PATIENCE }, text));

/** A camera that sees a picture once nothing covers it, which a page has in the place of its own. */
export function camera(picture) {
    globalThis.isCovered = true;
    const image = new Image();
    globalThis.hold = async (picture) => {
        image.src = `data:image/png;base64,${picture}`;
        await image.decode();
    };
    navigator.mediaDevices.getUserMedia = async () => {
        if (picture !== undefined) await globalThis.hold(picture);
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [1280, 720];
        const drawing = canvas.getContext("2d");
        const draw = () => {
            drawing.fillStyle = "#b0a890";
            drawing.fillRect(0, 0, 1280, 720);
            if (!globalThis.isCovered) drawing.drawImage(image, 400, 120, 480, 480);
        };
        draw();
        setInterval(draw, 50);
        const stream = canvas.captureStream(20);
        globalThis.track = stream.getTracks()[0];
        return stream;
    };
}

/** A browser that asks where to save, and a person who says: in the storage of this page. */
export function picker() {
    globalThis.showSaveFilePicker = async ({ suggestedName }) => {
        const here = await navigator.storage.getDirectory();
        return here.getFileHandle(suggestedName, { create: true });
    };
}

/** Opens the page at this address with what stands behind the `#` of a link, in a browser that says to be `agent`.
 * `hears` hears what the page asks for, `before` is done in it before anything of its own, with `shown`. */
export async function bring(browser, page, link, { hears = () => {}, before = () => {}, shown, agent } = {}) {
    const tab = await browser.newPage();
    if (agent !== undefined) await tab.setUserAgent({ userAgent: agent });
    tab.on("request", hears);
    // Nobody is there who could say where a file is to be saved.
    await tab.evaluateOnNewDocument(() => delete globalThis.showSaveFilePicker);
    await tab.evaluateOnNewDocument(before, shown);
    await tab.goto(page + link.slice(link.indexOf("#")));
    return tab;
}

export async function write(tab, text, keyboard = tab.keyboard) {
    await tab.type("#message", text);
    await keyboard.press("Enter");
}
