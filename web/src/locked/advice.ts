// What to think of answers that are to lock something.

import { Lock } from "../sealing/sealing.js";
import type { Key } from "../strings.js";
import { say } from "../words.js";
import { loaded } from "./module.js";

/** Says it in a line, and nothing while they cannot be used. */
export async function advise(line: HTMLElement, questions: string[], answers: string[], withCode = false): Promise<void> {
    await loaded();
    const lock = new Lock(questions, answers, withCode);
    const advice = lock.advice();
    lock.free();
    line.textContent = advice === undefined ? "" : say(advice.key as Key);
    line.classList.toggle("wrong", advice?.is_trivial ?? false);
    advice?.free();
}
