// Where somebody is who brought nothing, and what comes of what they bring.

import { CAN_READ, HAS_CAMERA } from "../camera.js";
import { CAN_CONNECT } from "../connection.js";
import type { Choice, Of } from "../device.js";
import { element, icon } from "../dom.js";
import type { Key } from "../strings.js";
import { say } from "../words.js";
import type { Hands } from "./hands.js";
import { LINK, PICTURE, brought, button, chip, form, go, paragraph, plain, shared } from "./parts.js";

const PADLOCK = ["M6 11h12v9H6z", "M8 11V8a4 4 0 018 0v3"];
const CAMERA = ["M4 8h3l2-3h6l2 3h3v11H4z", "M12 10a3 3 0 100 6 3 3 0 000-6z"];

/** Where somebody is who brought nothing. `whyNotKept` says why they find nobody here whom they know. */
export function start(hands: Hands, whyNotKept: Key | undefined): HTMLElement {
    const token = element("textarea", { id: "token", rows: "3", "aria-label": say("web_paste"), autocomplete: "off" });
    token.placeholder = say("web_paste");
    const { drawn, picked } = brought(
        hands.openFile,
        form(
            () => hands.open(token.value),
            element("h1", {}, say("web_title")),
            whyNotKept !== undefined && paragraph(whyNotKept, "warning"),
            paragraph("web_text"),
            !CAN_CONNECT && paragraph("web_no_connections", "warning"),
            token,
            go("web_open"),
            HAS_CAMERA && element("button", { type: "button", id: "scan", class: "button tonal", click: hands.scan }, icon(...CAMERA), say("scan_code")),
        ),
    );
    const invite = chip(LINK, "web_invite", hands.guard);
    invite.id = "invite";
    const lock = chip(PADLOCK, "web_lock", hands.lock);
    lock.id = "lock";
    drawn.append(element("div", { class: "chips" }, CAN_READ && chip(PICTURE, "pick_picture", () => picked.click()), invite, lock));
    return drawn;
}

/** What the camera sees, and what to say of it. */
export function scanning(hands: Hands): { root: HTMLElement; video: HTMLVideoElement; say(key: Key): void } {
    const video = element("video", { class: "camera", playsinline: true, "aria-label": say("camera_description") });
    video.muted = true;
    const said = element("p", { role: "status" });
    const root = element("section", { class: "centred" }, element("h1", {}, say("scan_invitation")), video, said, plain("stop", hands.home));
    return { root, video, say: (key) => (said.textContent = say(key)) };
}

/** Several were found together. */
export function choosing(choices: Choice[], hands: Hands): HTMLElement {
    const buttons = choices.map(({ kind, name }, number) =>
        element("button", { type: "button", class: "button tonal", click: () => hands.choose(number) }, say(kind, name === null ? {} : { name })),
    );
    return element("section", {}, element("h1", {}, say("found_title")), paragraph("found_text"), ...buttons, plain("not_now", hands.home));
}

/** Somebody is in the browser of another app, at this address. */
export function insideApp(address: string): HTMLElement {
    return element("div", { class: "card inside-app", role: "note" }, paragraph("web_inside_app"), shared(address));
}

export function waiting(): HTMLElement {
    return element("p", { class: "status", role: "status" }, say("web_loading"));
}

/** `isKept`: what was written is kept here. */
export function ended(screen: Of<"ended">, hands: Hands, isKept: boolean): HTMLElement {
    return element(
        "section",
        {},
        element("h1", {}, say(screen.kind)),
        screen.remedy !== null && paragraph(screen.remedy),
        isKept && paragraph("web_kept_here"),
        !isKept && screen.is_goodbye && paragraph("web_not_kept"),
        button("back_home", "filled", hands.home),
    );
}

/** Says something for a while that belongs to no state. */
export function notice(key: Key): HTMLElement {
    return element("p", { class: "notice", role: "alert" }, say(key));
}
