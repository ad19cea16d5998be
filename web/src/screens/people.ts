// Whom the person knows.

import type { Person } from "../device.js";
import { element, icon } from "../dom.js";
import { LANGUAGE, say } from "../words.js";
import type { Hands } from "./hands.js";
import { SHIELD, avatar, chip, paragraph } from "./parts.js";

/** Everybody who was met, whoever was heard last first. `isSafe`: the browser leaves alone what is kept. */
export function people(all: Person[], isSafe: boolean, hands: Hands): HTMLElement {
    const last = ({ said, heard }: Person): number => Math.max(said ?? 0, heard * 1_000);
    const rows = [...all].sort((one, other) => last(other) - last(one)).map((one) => element("li", {}, person(one, hands)));
    return element(
        "section",
        { class: "people", "aria-labelledby": "people" },
        element("h2", { id: "people" }, say("people")),
        element("ul", {}, ...rows),
        !isSafe && paragraph("web_may_be_cleared", "quiet"),
        element("div", { class: "chips" }, chip(undefined, "web_move", hands.move)),
    );
}

function person({ key, name, trust, is_verified, heard, unread }: Person, hands: Hands): HTMLElement {
    const shown = name || say("person_unknown");
    return element(
        "button",
        { type: "button", class: "person", click: () => hands.visit(key) },
        avatar(shown),
        element(
            "span",
            { class: "who" },
            element("span", { class: "name", dir: "auto" }, shown, is_verified && icon(...SHIELD)),
            element("span", { class: "quiet" }, [say(trust), heardAt(heard)].filter(Boolean).join(" · ")),
        ),
        unread > 0 && element("span", { class: "unread" }, say("unread", { count: unread })),
    );
}

/** When somebody was heard last. */
function heardAt(seconds: number): string {
    if (seconds === 0) return "";
    const at = new Date(seconds * 1_000);
    const yesterday = new Date();
    yesterday.setDate(yesterday.getDate() - 1);
    const time = at.toLocaleTimeString(LANGUAGE, { timeStyle: "short" });
    if (at.toDateString() === new Date().toDateString()) return say("heard_today", { time });
    if (at.toDateString() === yesterday.toDateString()) return say("heard_yesterday");
    return at.toLocaleDateString(LANGUAGE, { dateStyle: "medium" });
}
