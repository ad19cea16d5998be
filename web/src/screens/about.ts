// What a person does with a message that both keep.

import type { Line } from "../device.js";
import { element } from "../dom.js";
import { say } from "../words.js";
import type { Hands } from "./hands.js";
import { plain } from "./parts.js";

/** What people react with most; what the other side reacts with may be any symbol. */
const SYMBOLS = ["👍", "❤️", "😂", "😮", "😢"];

/** What is being written about a row, in the place of a message of its own. */
export interface Subject {
    row: number;
    text: string;
    isEdit: boolean;
}

/** What can be done with a row. `begin` has something written about it. */
export function about({ number, ours, text, note, file, reactions }: Line, hands: Hands, begin: (subject: Subject) => void): HTMLElement {
    const isText = note === null && file === null;
    const own = reactions.find((reaction) => reaction.ours)?.symbol;
    const symbols = SYMBOLS.map((symbol) => {
        const isOn = symbol === own;
        const click = (): void => hands.react(number, isOn ? "" : symbol);
        return element("button", { type: "button", class: "symbol", "aria-label": say("web_react", { symbol }), "aria-pressed": String(isOn), click }, symbol);
    });
    const takeBack = (): void => {
        if (confirm(`${say("take_back_title")}\n${say("take_back_sure")}`)) hands.takeBack(number);
    };
    return element(
        "div",
        { class: "about" },
        element("div", { class: "symbols" }, ...symbols),
        isText && plain("reply", () => begin({ row: number, text, isEdit: false })),
        isText && ours && plain("edit", () => begin({ row: number, text, isEdit: true })),
        ours && plain("take_back_text", takeBack),
    );
}
