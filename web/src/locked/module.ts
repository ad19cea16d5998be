// The module that locks and opens files, loaded when it is wanted first.

import { carriedModule } from "../inside.js";
import init from "../sealing/sealing.js";
import type { Key } from "../strings.js";

let loading: Promise<unknown> | undefined;

export function loaded(): Promise<unknown> {
    loading ??= carriedModule("sealing").then(init);
    return loading;
}

/** What an error of the module says is the key of a sentence. */
export function sentenceOf(error: unknown): Key {
    // Whatever breaks in there is no sentence, and leaves a module that nobody may use any more.
    if (error instanceof WebAssembly.RuntimeError) loading = undefined;
    else if (error instanceof Error && error.message !== "") return error.message as Key;
    return "kind_internal";
}

/** Lets what was shown be drawn before the page is busy. */
export const drawn = (): Promise<void> => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
