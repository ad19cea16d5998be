// The person invites.

import { CAN_READ } from "../camera.js";
import type { Invitation, Of } from "../device.js";
import { element, picture } from "../dom.js";
import type { Key } from "../strings.js";
import { say } from "../words.js";
import type { Hands } from "./hands.js";
import { PICTURE, alert, answerInput, brought, chip, form, go, keeping, paragraph, plain, shared, until } from "./parts.js";

/** What stands between whoever has an invitation and this page. */
export function inviting(hands: Hands, called: string, canKeep: boolean): HTMLElement {
    const keep = keeping(canKeep);
    const name = element("input", { id: "name", autocomplete: "nickname", maxlength: "64", value: called });
    const question = element("input", { id: "question", autocomplete: "off", maxlength: "200" });
    const answer = answerInput("answer");
    const advice = element("p", { class: "advice", role: "status" });
    const asked = element(
        "div",
        { class: "asked-for" },
        paragraph("protection_text"),
        element("label", { for: "question" }, say("your_question")),
        question,
        element("label", { for: "answer" }, say("your_answer")),
        answer,
        advice,
    );
    let guard: Invitation["guard"] = "open";
    // Whoever has a locked invitation tries answers without end; who is asked has three tries.
    const judge = async (): Promise<void> => {
        advice.textContent = "";
        if (guard !== "locked") return;
        const { advise } = await import("../locked/advice.js");
        await advise(advice, [question.value.trim()], [answer.value]);
    };
    const choose = (chosen: Invitation["guard"]): void => {
        guard = chosen;
        asked.hidden = guard === "open";
        question.required = answer.required = guard !== "open";
        void judge();
    };
    asked.addEventListener("input", () => void judge());
    const way = (chosen: Invitation["guard"], key: Key): HTMLElement => {
        const choice = element("input", { type: "radio", name: "guard", value: chosen, change: () => choose(chosen) });
        choice.checked = chosen === guard;
        return element("label", { class: "choice" }, choice, say(key));
    };
    choose(guard);
    return form(
        () => hands.invite({ name: name.value.trim(), guard, question: question.value, answer: answer.value, keeps: keep.wanted() }),
        element("h1", {}, say("web_invite")),
        element("label", { for: "name" }, say("your_name")),
        name,
        element(
            "fieldset",
            {},
            element("legend", {}, say("protection_title")),
            way("open", "web_guard_none"),
            way("asked", "web_guard_asked"),
            way("locked", "lock_link"),
        ),
        asked,
        keep.drawn,
        go("make_invitation"),
        plain("not_now", hands.home),
    );
}

/** An invitation that is shown: what was pasted and what the camera sees stay while the state changes. */
export class Hosting {
    readonly root: HTMLElement;
    readonly video = element("video", { class: "camera", playsinline: true, "aria-label": say("camera_description") });
    private readonly shown = element("div", { class: "handed" });
    private readonly status = element("p", { class: "status", role: "status" });
    private readonly seen = element("p", { role: "status" });
    private readonly taking: HTMLElement;
    /** What is handed out. */
    link = "";

    constructor(hands: Hands) {
        this.video.muted = true;
        this.video.hidden = true;
        const reply = element("textarea", { id: "reply", rows: "2", required: true, "aria-label": say("web_paste_reply"), autocomplete: "off" });
        reply.placeholder = say("web_paste_reply");
        const typed = form(
            () => {
                hands.takeReply(reply.value);
                reply.value = "";
            },
            reply,
            element("button", { class: "button tonal" }, say("connect")),
        );
        const { drawn, picked } = brought(hands.takeReplyFile, element("div", { class: "taking" }, this.video, this.seen, typed));
        drawn.append(element("div", { class: "chips" }, CAN_READ && chip(PICTURE, "pick_picture", () => picked.click())));
        this.taking = drawn;
        this.status.textContent = say("under_way_preparing");
        this.root = element(
            "section",
            { class: "centred" },
            element("h1", {}, say("web_invite_title")),
            this.shown,
            this.status,
            this.taking,
            paragraph("web_invite_open", "quiet"),
            plain("stop", hands.close),
        );
    }

    /** Says what the camera saw, or why it sees nothing. */
    say(key: Key): void {
        this.seen.textContent = say(key);
    }

    show(screen: Of<"hosting">): void {
        this.status.textContent = say(screen.status);
        this.taking.hidden = !screen.takes_reply;
        this.shown.hidden = !screen.takes_reply;
        if (screen.link === this.link) return;
        this.link = screen.link;
        this.shown.replaceChildren(
            ...[
                paragraph("web_invite_text"),
                screen.hint !== null && alert(screen.hint),
                screen.code !== null && picture(screen.code, say("qr_description")),
                element("p", { class: "quiet" }, until(screen.expires_at)),
                shared(screen.link, screen.code),
            ].filter((part) => part !== false),
        );
    }
}
