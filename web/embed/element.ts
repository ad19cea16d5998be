// The face of a conversation in somebody else's page. It is drawn in a tree of its own, without any of its host's styles,
// and asks for nothing that the policy of a strict site forbids.

import { element, icon } from "../src/dom.js";
import { download } from "../src/handing.js";
import { CLIP } from "../src/screens/parts.js";
import type { Key } from "../src/strings.js";
import { say, size } from "../src/words.js";
import { Embedded } from "./conversation.js";
import type { Conversation, Events, Invitation } from "./handfast.js";
import { STYLE } from "./style.js";

export class HandfastConnect extends HTMLElement {
    static readonly observedAttributes = ["token"];
    private readonly root = this.attachShadow({ mode: "open" });
    private readonly place = element("div", { part: "place" });
    private readonly said = element("p", { role: "status" });
    private readonly rows = element("ol", { class: "rows", "aria-live": "polite" });
    private readonly files = new Map<number, HTMLElement>();
    private talking: Embedded | undefined;

    constructor() {
        super();
        const style = new CSSStyleSheet();
        style.replaceSync(STYLE);
        this.root.adoptedStyleSheets = [style];
        const where = element("p", { class: "quiet" }, say("web_embedded", { site: location.host }));
        this.root.append(this.place, this.said, where);
    }

    get conversation(): Conversation | undefined {
        return this.talking;
    }

    connectedCallback(): void {
        if (this.talking === undefined) this.start();
    }

    disconnectedCallback(): void {
        this.talking?.close();
    }

    attributeChangedCallback(): void {
        if (this.isConnected && this.talking === undefined) this.start();
    }

    private start(): void {
        const token = this.getAttribute("token") ?? "";
        const invited = textField("token", "web_paste");
        invited.value = token;
        const join = form(() => void this.begin(invited.value), invited, press("connect"));
        const invite = button("web_invite", () => void this.begin({}));
        // Nobody is connected before they say so.
        this.draw(...(token === "" ? [join, invite] : [join]));
    }

    private async begin(what: string | Invitation): Promise<void> {
        this.say(say("web_loading"));
        try {
            const name = this.getAttribute("name") ?? "";
            const base = this.getAttribute("base") ?? location.origin + location.pathname;
            this.talking = await Embedded.begin(what, { name, base });
        } catch (error) {
            return this.say(error instanceof Error ? error.message : "");
        }
        this.say("");
        this.listen(this.talking);
        this.dispatchEvent(new CustomEvent("conversation", { detail: this.talking }));
    }

    private listen(talking: Embedded): void {
        const on = <Name extends keyof Events>(name: Name, what: (detail: Events[Name]) => void): void =>
            talking.addEventListener(name, ({ detail }) => {
                if (talking === this.talking) what(detail);
            });
        on("state", ({ text }) => this.say(text));
        on("problem", ({ text }) => this.say(text));
        on("invitation", ({ link, code }) => {
            const reply = textField("reply", "web_paste_reply");
            const take = form(() => talking.takeReply(reply.value), reply, press("connect"));
            this.draw(element("h2", {}, say("web_invite_title")), ...handedOut(link, code), take, this.end(talking));
        });
        on("reply", ({ link, code }) => {
            const text = element("p", {}, say("reply_text"));
            this.draw(element("h2", {}, say("reply_title")), text, ...handedOut(link, code), this.end(talking));
        });
        on("question", ({ questions, triesLeft, wasWrong }) => {
            const inputs = questions.map((_, number) => element("input", { id: `answer-${number}`, autocomplete: "off", required: true }));
            const asked = questions.flatMap((question, number) => [
                element("label", { for: `answer-${number}` }, question || say("question_unwritten")),
                inputs[number],
            ]);
            const left = triesLeft !== null && element("p", {}, say("tries_left", { count: triesLeft }));
            const wrong = wasWrong && element("p", { class: "wrong", role: "alert" }, say("kind_wrong_answer"));
            this.draw(form(() => talking.answer(...inputs.map(({ value }) => value)), ...asked, left, wrong, press("answer")), this.end(talking));
        });
        on("open", ({ name }) => {
            const text = textField("message", "write_message");
            const picked = element("input", { type: "file", class: "unseen", tabindex: "-1", "aria-hidden": "true", id: "file" });
            picked.addEventListener("change", () => {
                for (const file of picked.files ?? []) talking.sendFile(file);
                picked.value = "";
            });
            const send = (): void => {
                if (text.value.trim() !== "") talking.send(text.value);
                text.value = "";
                text.focus();
            };
            const attach = element("button", { type: "button", "aria-label": say("attach"), click: () => picked.click() }, icon(...CLIP));
            const head = element("h2", { dir: "auto" }, name || say("person_unknown"));
            this.draw(head, this.rows, form(send, picked, attach, text, press("send")), this.end(talking));
        });
        on("message", ({ text, isOurs }) => {
            this.rows.append(element("li", { class: isOurs ? "ours" : "theirs", dir: "auto" }, author(isOurs), text));
        });
        on("file", (file) => this.file(talking, file));
        on("end", ({ text }) => {
            this.talking = undefined;
            this.files.clear();
            this.rows.replaceChildren();
            this.draw(element("h2", {}, text), button("back_home", () => this.start()));
            this.say("");
        });
    }

    private file(talking: Embedded, { number, name, size: bytes, isOurs, isOffered, isWhole, text }: Events["file"]): void {
        const row = this.files.get(number) ?? element("li", { class: isOurs ? "ours" : "theirs" });
        if (!this.files.has(number)) this.rows.append(row);
        this.files.set(number, row);
        const keep = (): void => {
            const content = talking.content(number);
            if (content !== undefined) download(content, name);
        };
        const parts = [
            author(isOurs),
            element("span", { dir: "auto" }, say("file_line", { name, size: size(bytes) })),
            element("span", { class: "quiet" }, text),
            isOffered && button("accept", () => talking.take(number)),
            isOffered && button("decline", () => talking.decline(number)),
            isWhole && button("save", keep),
        ];
        row.replaceChildren(...parts.filter((part) => part !== false));
    }

    private end(talking: Embedded): HTMLElement {
        return button("leave", () => talking.close());
    }

    private draw(...parts: HTMLElement[]): void {
        this.place.replaceChildren(...parts);
    }

    private say(text: string): void {
        this.said.textContent = text;
    }
}

function author(isOurs: boolean): HTMLElement {
    return element("span", { class: "unseen" }, `${say(isOurs ? "row_ours" : "row_theirs")}: `);
}

function textField(id: string, key: Key): HTMLTextAreaElement {
    const field = element("textarea", { id, rows: "2", autocomplete: "off", "aria-label": say(key) });
    field.placeholder = say(key);
    return field;
}

function form(submit: () => void, ...parts: Parameters<typeof element>[2][]): HTMLFormElement {
    const sent = (event: Event): void => {
        event.preventDefault();
        submit();
    };
    return element("form", { submit: sent }, ...parts);
}

function press(key: Key): HTMLButtonElement {
    return element("button", { class: "filled" }, say(key));
}

function button(key: Key, click: () => void): HTMLButtonElement {
    return element("button", { type: "button", class: key, click }, say(key));
}

function handedOut(link: string, code: string | null): HTMLElement[] {
    const shown = element("input", { readonly: true, "aria-label": say("share_link") });
    shown.value = link;
    return code === null ? [shown] : [picture(code), shown];
}

/** The code that the core drew, out of elements: a page that shows no pictures of its own making shows this. */
function picture(svg: string): HTMLElement {
    const side = /viewBox="0 0 (\d+) /.exec(svg)?.[1] ?? "1";
    const dark = / d="([\dMhvz -]*)"/.exec(svg)?.[1] ?? "";
    const made = (name: string, attributes: Record<string, string>): SVGElement => {
        const made = document.createElementNS("http://www.w3.org/2000/svg", name);
        for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
        return made;
    };
    const drawn = made("svg", { viewBox: `0 0 ${side} ${side}`, "shape-rendering": "crispEdges", role: "img", "aria-label": say("qr_description") });
    drawn.append(made("rect", { width: side, height: side, fill: "#fff" }), made("path", { d: dark }));
    const framed = element("div", { class: "code" });
    framed.append(drawn);
    return framed;
}
