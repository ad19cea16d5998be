// The worker that reads codes: it has the reader's module, which is loaded with it.

import init, { Reader } from "./reader/reader.js";
import type { Key } from "./strings.js";

/** What the page hands in: a picture file, or a frame of the camera. */
export type Ask = Uint8Array<ArrayBuffer> | ImageData;

/** The texts of all codes in there, or the sentence that says why there are none. */
export type Told = { texts: string[] } | { why: Key };

const ready = init().then(() => new Reader());

async function read(asked: Ask): Promise<string[]> {
    const reader = await ready;
    if (!(asked instanceof ImageData)) return reader.picture(asked);
    return reader.frame(new Uint8Array(asked.data.buffer), asked.width, asked.height);
}

self.onmessage = async ({ data }: MessageEvent<Ask>) => {
    try {
        const texts = await read(data);
        self.postMessage({ texts } satisfies Told);
    } catch (error) {
        // Whatever breaks in there leaves a module that nobody may use any more.
        if (error instanceof WebAssembly.RuntimeError || !(error instanceof Error)) throw error;
        self.postMessage({ why: error.message as Key } satisfies Told);
    }
};
