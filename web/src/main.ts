// The page: what came behind the address goes to the core, what the core shows goes to the screen.

import { Camera, HAS_CAMERA } from "./camera.js";
import { CAN_CONNECT } from "./connection.js";
import { Device, type Face, type Invitation, type Screen } from "./device.js";
import { carried } from "./inside.js";
import { asking, connecting, locked, opened, replyNeeded } from "./screens/guest.js";
import type { Hands } from "./screens/hands.js";
import { Hosting, inviting } from "./screens/hosting.js";
import { choosing, ended, insideApp, notice, scanning, start, waiting } from "./screens/start.js";
import { Talk } from "./screens/talk.js";
import { LANGUAGE, say } from "./words.js";

/** Whether this is the browser inside another app, which often has neither a camera nor a place to save: they name
 * themselves, or are views that are no browser of their own. */
const IS_INSIDE_APP = /; wv\)|FBA[NV]|Instagram|Line\/|MicroMessenger|Snapchat|Telegram|(iPhone|iPad)(?!.*Safari\/)/.test(navigator.userAgent);

/** How long a person may think about the camera before the invitation is made without it. */
const ASKING = 8_000;

/** How long a notice stays. */
const NOTICE = 8_000;

const main = document.querySelector("main") ?? document.body;
const notices = document.querySelector("#notices") ?? document.body;

let device: Device;
/** The session on the screen; 0 for none. */
let current = 0;
let talk: Talk | undefined;
/** The invitation of this page, while it is shown. */
let hosting: Hosting | undefined;
/** What was opened, for the app. */
let token = "";

/** The camera, while it is on. */
let camera: Camera | undefined;

const hands: Hands = {
    open,
    openFile: (file) => void openFile(file),
    scan,
    choose: (number) => device.do((core) => core.choose(number)),
    lock: () => void lock(),
    guard: () => canConnect() && draw(inviting(hands)),
    invite: (invitation) => void invite(invitation),
    takeReply: (text) => device.take("reply", text),
    takeReplyFile: (file) => void device.takeFile("reply", file),
    accept: (name) => canConnect() && device.accept(current, name),
    answer: (typed) => device.do((core) => core.answer(current, typed)),
    offerReply: () => device.do((core) => core.offer_reply(current)),
    say: (text) => device.do((core) => core.say(current, text)),
    send: (file) => device.send(current, file),
    take: (row) => device.do((core) => core.take_file(current, row)),
    stop: (row) => device.do((core) => core.stop_file(current, row)),
    save: (place, as) => void device.save(place, as),
    compare: () => device.do((core) => core.compare(current)),
    judge: (isSame) => device.do((core) => core.judge(current, isSame)),
    later: () => device.do((core) => core.later(current)),
    onlyThey: () => device.do((core) => core.only_they(current)),
    allowMore: () => device.do((core) => core.allow_more(current)),
    close: () => (main.dataset["screen"] === "inviting" ? hands.home() : device.do((core) => core.close(current))),
    home: () => draw(start(hands)),
};

const face: Face = {
    screen(session, screen) {
        // The last word of a session that another one has taken the place of.
        if (session < current) return;
        current = session;
        if (screen.is === "hosting") {
            if (hosting === undefined) {
                hosting = new Hosting(hands);
                draw(hosting.root);
            }
            hosting.show(screen);
            if (screen.takes_reply) void look(hosting);
            else stopLooking();
        } else if (screen.is === "connecting" && hosting !== undefined) {
            // It is on its way to the screen.
            return;
        } else if (screen.is === "talking") {
            if (talk === undefined) {
                talk = new Talk(hands);
                draw(talk.root);
            }
            talk.show(screen);
        } else {
            talk = undefined;
            draw(drawn(screen));
        }
        main.dataset["screen"] = screen.is;
    },
    line(session, line) {
        if (session === current) talk?.line(line);
    },
    choose(choices) {
        token = "";
        draw(choosing(choices, hands));
        main.dataset["screen"] = "choosing";
    },
    openFile: (container) => void openLocked(container),
    notice(sentence) {
        const shown = notice(sentence);
        notices.append(shown);
        setTimeout(() => shown.remove(), NOTICE);
    },
};

function drawn(screen: Exclude<Screen, { is: "hosting" | "talking" }>): HTMLElement {
    switch (screen.is) {
        case "locked":
            return locked(screen, hands);
        case "opened":
            return opened(screen, hands, inApp());
        case "connecting":
            return connecting(screen, hands);
        case "reply_needed":
            return replyNeeded(screen, hands);
        case "asking":
            return asking(screen, hands);
        case "ended":
            return ended(screen, hands);
    }
}

/** The address by which the app opens what is open here. Nothing else comes of it where there is no app. */
function inApp(): string | undefined {
    if (token === "") return undefined;
    // Android wants to be told the scheme, behind the `#`, where the token is not.
    return /Android/.test(navigator.userAgent) ? `intent:${token}#Intent;scheme=handfast;end` : `handfast:${token}`;
}

function draw(screen: HTMLElement): void {
    stopLooking();
    if (screen !== hosting?.root) hosting = undefined;
    main.dataset["screen"] = "";
    main.replaceChildren(screen);
    const first = screen.querySelector<HTMLElement>("input, textarea, h1");
    // A reader begins with what is new.
    if (first instanceof HTMLHeadingElement) first.tabIndex = -1;
    first?.focus({ preventScroll: true });
}

/** Shows what the camera sees until there is an invitation in it. */
function scan(): void {
    const { root, video, say: tell } = scanning(hands);
    draw(root);
    main.dataset["screen"] = "scanning";
    token = "";
    const own = new Camera(video, (texts) => {
        const why = device.see("invitation", texts);
        if (why !== undefined) tell(why === "kind_nothing_found" ? "scan_not_ours" : why);
        return why === undefined;
    });
    camera = own;
    void own.start().then((why) => {
        if (why !== undefined) tell(why);
    });
}

function stopLooking(): void {
    camera?.stop();
    camera = undefined;
}

/** Shows an invitation, and what the camera sees beside it: a browser tells others where it is only while it may use
 * the camera, so that is asked for first. */
async function invite(invitation: Invitation): Promise<void> {
    const shown = new Hosting(hands);
    hosting = shown;
    draw(shown.root);
    main.dataset["screen"] = "inviting";
    await Promise.race([look(shown), new Promise((done) => setTimeout(done, ASKING))]);
    if (hosting !== shown) return;
    const why = device.invite(invitation);
    if (why === undefined) return;
    draw(inviting(hands));
    face.notice(why);
}

/** Looks for a reply for as long as one can be taken. */
async function look(shown: Hosting): Promise<void> {
    if (!HAS_CAMERA || camera !== undefined) return;
    // Whoever holds theirs there for a while has shown it once; beside another form of ours it is news again.
    let taken = "";
    const own = new Camera(shown.video, (texts) => {
        const seen = [shown.link, ...texts].join(" ");
        if (seen === taken) return false;
        const why = device.see("reply", texts);
        if (why === undefined) taken = seen;
        else shown.say(why === "kind_nothing_found" ? "scan_not_ours" : why);
        return false;
    });
    camera = own;
    const why = await own.start();
    shown.video.hidden = why !== undefined;
    if (why !== undefined) shown.say(why);
}

/** Whether what is on the screen may go. What is said goodbye to is left. */
function mayLeave(): boolean {
    if (talk !== undefined && !talk.mayEnd()) return false;
    if (talk !== undefined) hands.close();
    return true;
}

function open(text: string): void {
    if (!mayLeave()) return;
    token = text.slice(text.indexOf("#") + 1).replace(/^handfast:/, "");
    device.take("invitation", text);
}

async function openFile(file: File): Promise<void> {
    if (!mayLeave()) return;
    token = "";
    await device.takeFile("invitation", file);
}

/** A locked file, which a module of its own opens. */
async function openLocked(container: Uint8Array<ArrayBuffer>): Promise<void> {
    token = "";
    const { lockedFile } = await import("./locked/open.js");
    await lockedFile(container, draw);
}

/** Locks something, by the same module. */
async function lock(): Promise<void> {
    const { locking } = await import("./locked/lock.js");
    await locking({ draw, home: hands.home });
}

/** Whether another site frames this page. One of the same origin could change it anyway. */
function isFramed(): boolean {
    try {
        return window.top?.location.origin !== location.origin;
    } catch {
        return true;
    }
}

/** Whether this browser makes connections, which is said if it does not. */
function canConnect(): boolean {
    if (!CAN_CONNECT) face.notice("web_no_connections");
    return CAN_CONNECT;
}

/** Takes the token out of the address, which others may see or keep. It never left this browser. Where the person has to
 * go on in another one, it stays for that. */
function fromAddress(): string {
    const fragment = location.hash;
    if (fragment !== "" && !IS_INSIDE_APP) history.replaceState(null, "", location.pathname + location.search);
    return fragment.slice(1);
}

async function begin(): Promise<void> {
    document.documentElement.lang = LANGUAGE;
    // Whoever frames this page could have a person press its buttons unawares. Not every host can forbid that.
    if (isFramed()) return main.replaceChildren(say("web_framed"));
    const brought = fromAddress() || carried();
    draw(waiting());
    if (IS_INSIDE_APP) main.before(insideApp(location.href));
    if (!("WebAssembly" in window)) return main.replaceChildren(say("web_too_old"));
    const isFile = location.protocol === "file:";
    try {
        device = await Device.start(isFile ? undefined : location.origin + location.pathname, face, isFile ? "file" : "page");
    } catch {
        return main.replaceChildren(say("web_not_loaded"));
    }
    draw(start(hands));
    if (brought === "") device.resume();
    else {
        device.forget();
        open(brought);
    }
    window.addEventListener("pageshow", ({ persisted }) => {
        if (persisted) device.restored();
    });
    // A link that is opened in the same tab changes nothing but what stands behind the address.
    window.addEventListener("hashchange", () => {
        const next = fromAddress();
        if (next !== "") open(next);
    });
}

void begin();
