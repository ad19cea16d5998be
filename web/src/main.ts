// The page: what came behind the address goes to the core, what the core shows goes to the screen.

import { Camera, HAS_CAMERA } from "./camera.js";
import { CAN_CONNECT } from "./connection.js";
import { Device, type Face, type Invitation, type Moving, type Of, type Screen } from "./device.js";
import { carried } from "./inside.js";
import { asking, connecting, locked, opened, replyNeeded } from "./screens/guest.js";
import type { Hands } from "./screens/hands.js";
import { Hosting, inviting } from "./screens/hosting.js";
import { choosing, ended, insideApp, notice, scanning, start, waiting } from "./screens/start.js";
import { Talk } from "./screens/talk.js";
import type { Key } from "./strings.js";
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
/** The conversations that there are, by session. */
const talks = new Map<number, Talk>();
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
    guard: () => canConnect() && draw(inviting(hands, device.called, device.isKeeping)),
    invite: (invitation) => void invite(invitation),
    takeReply: (text) => device.take("reply", text),
    takeReplyFile: (file) => void device.takeFile("reply", file),
    accept: (name, keeps) => canConnect() && device.accept(current, name, keeps),
    answer: (typed) => device.do((core) => core.answer(current, typed)),
    offerReply: () => device.do((core) => core.offer_reply(current)),
    say: (text) => device.do((core) => core.say(current, text)),
    reply: (row, text) => device.do((core) => core.reply(current, row, text)),
    react: (row, symbol) => device.do((core) => core.react(current, row, symbol)),
    edit: (row, text) => device.do((core) => core.edit(current, row, text)),
    takeBack: (row) => device.do((core) => core.take_back(current, row)),
    earlier: () => device.do((core) => core.earlier(current)),
    see: (row) => device.do((core) => core.seen(current, row)),
    visit: (key) => {
        visited = key;
        device.do((core) => core.visit(key));
    },
    forget,
    move: () => void move(),
    send: (file) => device.send(current, file),
    take: (row) => device.do((core) => core.take_file(current, row)),
    stop: (row) => device.do((core) => core.stop_file(current, row)),
    save: (place, as) => void device.save(place, as),
    has: (place) => device.has(place),
    compare: () => device.do((core) => core.compare(current)),
    judge: (isSame) => device.do((core) => core.judge(current, isSame)),
    later: () => device.do((core) => core.later(current)),
    onlyThey: () => device.do((core) => core.only_they(current)),
    allowMore: () => device.do((core) => core.allow_more(current)),
    close: () => (main.dataset["screen"] === "inviting" ? hands.home() : device.do((core) => core.close(current))),
    home,
};

const face: Face = {
    screen(session, screen) {
        if (screen.is === "talking" || screen.is === "apart") return converse(session, screen);
        // The last word of a session that another one has taken the place of.
        if (session < current) return void talks.delete(session);
        const isKept = talks.get(session)?.isLasting ?? false;
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
        } else if (screen.is === "ended") {
            talks.delete(session);
            draw(ended(screen, hands, isKept));
        } else {
            draw(drawn(screen));
        }
        main.dataset["screen"] = screen.is;
    },
    line: (session, line) => talks.get(session)?.line(line),
    lineGone: (session, number) => talks.get(session)?.lineGone(number),
    notWritten(session, text, why) {
        unwritten = text;
        talks.get(session)?.giveBack(text);
        face.notice(why);
    },
    visit,
    beginning: (session) => talks.get(session)?.isWhole(),
    people() {
        void stay();
        void listPeople();
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

/** A conversation goes on, whether it is on the screen or not. */
function converse(session: number, screen: Of<"apart" | "talking">): void {
    const isNew = !talks.has(session);
    const talk = talks.get(session) ?? new Talk(hands);
    talks.set(session, talk);
    talk.show(screen);
    if (isNew && screen.is === "talking" && session >= current) visit(session);
    if (session === current && talk.root.isConnected) main.dataset["screen"] = screen.is;
}

/** Shows the conversation of this session. */
function visit(session: number): void {
    current = session;
    const talk = talks.get(session);
    if (talk === undefined) return;
    draw(talk.root);
    main.dataset["screen"] = talk.state;
    talk.giveBack(unwritten);
    unwritten = "";
    talk.seeAll();
}

/** Where somebody begins: with whom they know, if they know anybody. */
function home(): void {
    const left = talks.get(current);
    if (left?.state === "apart") {
        talks.delete(current);
        device.do((core) => core.close(current));
    }
    draw(start(hands, device.whyNotKept));
    main.dataset["screen"] = "start";
    void stay();
    void listPeople();
}

/** Shows who is known, where somebody begins. */
async function listPeople(): Promise<void> {
    const { people } = device.people().length > 0 ? await import("./screens/people.js") : {};
    // As they are by now.
    const all = device.people();
    const began = main.dataset["screen"] === "start" ? main.firstElementChild : null;
    began?.querySelector(".people")?.remove();
    if (people !== undefined && all.length > 0) began?.prepend(people(all, isSafe, hands));
}

/** Takes this device to another one. */
async function move(): Promise<void> {
    const { leaving } = await import("./screens/moving.js");
    draw(leaving((withMessages) => device.pack(withMessages), home));
    main.dataset["screen"] = "moving";
}

/** Goes on here with a copy of another device. */
async function arrive(moving: Moving): Promise<void> {
    const { arriving } = await import("./screens/moving.js");
    const settle = async (): Promise<Key | undefined> => {
        const why = await device.become(moving);
        if (why === undefined) location.reload();
        return why;
    };
    draw(arriving(moving, { open: (typed, code) => device.unpack(moving, typed, code), settle }, home));
    main.dataset["screen"] = "moving";
}

/** What could not be kept, until it is given back where its conversation goes on. */
let unwritten = "";

/** Who was visited last. */
let visited = "";

/** Forgets whoever is on the screen. */
function forget(): void {
    const name = talks.get(current)?.name ?? "";
    if (!confirm(`${say("forget_title", { name })}\n${say("forget_text")}`)) return;
    device.do((core) => core.forget(visited));
    home();
}

/** Asks the browser to leave alone what is kept, once there is somebody. */
async function stay(): Promise<void> {
    if (hasAsked || device.people().length === 0) return;
    hasAsked = true;
    isSafe = (await navigator.storage.persisted()) || (await navigator.storage.persist());
}

/** Whether the browser leaves it alone, as far as it has said. */
let isSafe = true;
let hasAsked = false;

function drawn(screen: Exclude<Screen, { is: "apart" | "ended" | "hosting" | "talking" }>): HTMLElement {
    switch (screen.is) {
        case "locked":
            return locked(screen, hands);
        case "opened":
            return opened(screen, hands, inApp(), device.called, device.isKeeping);
        case "connecting":
            return connecting(screen, hands);
        case "reply_needed":
            return replyNeeded(screen, hands);
        case "asking":
            return asking(screen, hands);
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
    draw(inviting(hands, device.called, device.isKeeping));
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
    const talk = talks.get(current);
    // What both keep goes on without being looked at.
    if (talk?.state !== "talking" || talk.isLasting) return true;
    if (!talk.mayEnd()) return false;
    hands.close();
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
    const arrived = await device.arrived(file);
    if (typeof arrived === "string") return face.notice(arrived);
    if (arrived !== undefined) return arrive(arrived);
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
    home();
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
