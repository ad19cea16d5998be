// The person opens somebody's invitation.

import type { Of } from "../device.js";
import { element, icon, picture } from "../dom.js";
import { say } from "../words.js";
import type { Hands } from "./hands.js";
import { mustBeAllowed } from "./allowed.js";
import { SHIELD, alert, answerInput, button, form, go, keeping, paragraph, person, plain, shared, until } from "./parts.js";

const EYE = ["M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7z", "M12 9a3 3 0 100 6 3 3 0 000-6z"];
const PAGE = ["M4 5h16v11H4z", "M9 20h6"];
const CARRIED = ["M3 6h18v12H3z", "M3 7l9 7 9-7"];
const PHONE = ["M8 3h8v18H8z", "M11 18h2"];

/** `inApp` is what the app opens, where there is a text for it. */
export function opened(screen: Of<"opened">, hands: Hands, inApp: string | undefined, called: string, canKeep: boolean): HTMLElement {
    const keep = keeping(canKeep);
    const name = element("input", { id: "name", autocomplete: "nickname", maxlength: "64", value: called });
    return form(
        () => hands.accept(name.value.trim(), keep.wanted()),
        person(screen.name ?? say("person_unknown"), [say("confirm_claim"), until(screen.expires_at)].join(" · ")),
        element("h1", {}, say("confirm_headline")),
        screen.expires_at === null && paragraph("confirm_expired", "warning"),
        element(
            "ul",
            { class: "card facts" },
            fact(SHIELD, say("confirm_between")),
            fact(EYE, say("confirm_address")),
            fact(PAGE, say("web_no_account", { host: location.host || location.protocol })),
            fact(CARRIED, say(screen.proof)),
        ),
        screen.question !== null && element("p", {}, say("confirm_question", { question: screen.question })),
        element("label", { for: "name" }, say("your_name")),
        name,
        keep.drawn,
        go("connect"),
        inApp !== undefined && element("a", { class: "button tonal", href: inApp }, icon(...PHONE), say("web_in_app")),
        plain("not_now", hands.close),
    );
}

export function locked(screen: Of<"locked">, hands: Hands): HTMLElement {
    const answers = screen.questions.map((question, number) => ({
        label: element("label", { for: `answer-${number}`, class: "asked" }, question || say("question_unwritten")),
        input: answerInput(`answer-${number}`),
    }));
    return form(
        () => hands.answer(answers.map(({ input }) => input.value)),
        element("h1", {}, say("web_locked_title")),
        paragraph("web_locked_text"),
        ...answers.flatMap(({ label, input }) => [label, input]),
        screen.hint !== null && alert(screen.hint),
        screen.is_unlocking ? element("p", { class: "status", role: "status" }, say("unlocking")) : go("answer"),
        plain("not_now", hands.close),
        paragraph("question_warning", "quiet card"),
    );
}

export function connecting(screen: Of<"connecting">, hands: Hands): HTMLElement {
    return element(
        "section",
        {},
        element("h1", {}, say("connecting_title")),
        element("p", { class: "status", role: "status" }, say(screen.status)),
        screen.hint !== null && paragraph(screen.hint),
        mustBeAllowed(),
        button("show_my_reply", "tonal", hands.offerReply),
        plain("stop", hands.close),
    );
}

export function replyNeeded(screen: Of<"reply_needed">, hands: Hands): HTMLElement {
    return element(
        "section",
        { class: "centred" },
        element("h1", {}, say("reply_title")),
        paragraph("reply_text"),
        screen.code !== null && picture(screen.code, say("qr_description")),
        screen.hint !== null && paragraph(screen.hint, "warning"),
        element("p", { class: "status", role: "status" }, say("web_reply_waits")),
        mustBeAllowed(),
        shared(screen.link, screen.code),
        plain("stop", hands.close),
    );
}

export function asking(screen: Of<"asking">, hands: Hands): HTMLElement {
    const input = answerInput("answer");
    return form(
        () => hands.answer([input.value]),
        element("p", { class: "quiet" }, say("question_title")),
        element("h1", {}, element("label", { for: "answer" }, screen.question)),
        element("p", {}, `${say("question_unseen")} ${say("tries_left", { count: screen.tries_left })}`),
        input,
        screen.hint !== null && alert(screen.hint),
        screen.warning !== null && paragraph(screen.warning, "warning"),
        go("answer"),
        plain("not_now", hands.close),
        paragraph("question_warning", "quiet card"),
    );
}

function fact(paths: string[], text: string): HTMLElement {
    const stop = text.indexOf(". ") + 1;
    return element("li", {}, icon(...paths), element("span", {}, element("b", {}, text.slice(0, stop)), text.slice(stop)));
}
