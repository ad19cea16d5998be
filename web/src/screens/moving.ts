// A person goes on elsewhere, or here.

import type { Moving } from "../device.js";
import { element, icon } from "../dom.js";
import type { Key } from "../strings.js";
import { say } from "../words.js";
import { alert, answerInput, button, form, go, paragraph, plain } from "./parts.js";

/** A copy of a device in a file, and the code that opens it; or why there is none. */
export type Packed = { container: Uint8Array<ArrayBuffer>; code: string } | Key;

/** What a person does with a copy of a device. Whatever cannot be done says so by the sentence that it gives back. */
export interface Arrival {
    open(typed: string[], code: string): Key | undefined;
    settle(): Promise<Key | undefined>;
}

const SAVE = ["M12 4v11", "M7 11l5 5 5-5", "M5 20h14"];

/** What a copy is called where it is saved. */
const NAME = "handfast-copy.handfast";

/** Takes this device along, by a copy that `pack` makes with what was written or without. */
export function leaving(pack: (withMessages: boolean) => Packed, home: () => void): HTMLElement {
    const messages = element("input", { type: "checkbox", id: "messages" });
    messages.checked = true;
    const made = element("div", { class: "handed" });
    const make = (): void => {
        const packed = pack(messages.checked);
        made.replaceChildren(...(typeof packed === "string" ? [alert(packed)] : ready(packed.container, packed.code)));
    };
    return form(
        make,
        element("h1", {}, say("web_move")),
        paragraph("moving_text"),
        paragraph("moving_stays", "quiet"),
        element("label", { class: "choice" }, messages, say("moving_with_messages")),
        go("web_move_make"),
        made,
        plain("back_home", home),
    );
}

function ready(container: Uint8Array<ArrayBuffer>, code: string): HTMLElement[] {
    const address = URL.createObjectURL(new Blob([container], { type: "application/octet-stream" }));
    return [
        paragraph("web_move_code"),
        element("p", { class: "digits", id: "code", tabindex: "0" }, code),
        element("a", { class: "button filled", href: address, download: NAME }, icon(...SAVE), say("save")),
        paragraph("web_move_old", "quiet"),
    ];
}

/** Goes on here with what was taken along. */
export function arriving(moving: Moving, arrival: Arrival, home: () => void): HTMLElement {
    const answers = moving.questions().map((question, number) => ({
        label: element("label", { for: `answer-${number}`, class: "asked" }, question || say("question_unwritten")),
        input: answerInput(`answer-${number}`),
    }));
    const code = answerInput("code");
    const told = element("div", { class: "handed" });
    const open = (): void => {
        const why = arrival.open(
            answers.map(({ input }) => input.value),
            code.value,
        );
        told.replaceChildren(...(why === undefined ? opened(moving, arrival) : [alert(why)]));
    };
    return form(
        open,
        element("h1", {}, say("moving_in_title")),
        paragraph("moving_in_text"),
        ...answers.flatMap(({ label, input }) => [label, input]),
        element("label", { for: "code" }, say("web_move_in_code")),
        code,
        go("moving_in_open"),
        told,
        plain("not_now", home),
    );
}

function opened({ people, has_messages }: Moving, arrival: Arrival): HTMLElement[] {
    const wrong = element("p", { class: "wrong", role: "alert" });
    const settle = async (): Promise<void> => {
        const why = await arrival.settle();
        if (why !== undefined) wrong.textContent = say(why);
    };
    const found = [say("moving_in_people", { count: people }), say(has_messages ? "moving_in_with" : "moving_in_without")].join(", ");
    return [
        element("p", {}, found),
        paragraph("moving_in_erases", "warning"),
        button("moving_in_yes", "filled", () => void settle()),
        wrong,
    ];
}
