// Sections 1 to 3 of docs/protocol.md a second time, written from that document alone.
//
//   node check.js DOCUMENT            computes the document's worked examples again
//   node check.js DOCUMENT THEIRS     reads what the core wrote too, and prints what this writes, for the core to read

import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { Refused, base64, digest, hex, le, ofHex, utf8 } from "./bytes.js";
import { type Inside, type Lock, asText, open, password, seal } from "./container.js";
import { Frames, Guest, prologue, ready } from "./handshake.js";
import { type Candidate, type Ice, type Invitation, type Reply, bareText, guestIce, inviteDigest, keysOf, link, qrText, readInvitation, readReply, replyBody, writeCandidates, writeInvitation, writeReply } from "./token.js";

const BASE = "https://handfast.example/";
const [, , path = "", theirs] = process.argv;
const examples = new Map([...readFileSync(path, "utf8").matchAll(/^([\w' ]+): (\S.*)$/gm)].map(([, name = "", value = ""]) => [name, value]));
let checked = 0;

function is(name: string, computed: Uint8Array | string): void {
    assert.equal(typeof computed === "string" ? computed : hex(computed), examples.get(name), name);
    checked += 1;
}

/** So many bytes that count up from `first`. */
const from = (first: number, length = 32): Uint8Array => Uint8Array.from({ length }, (_, at) => first + at);
const ip = (text: string): string => hex(Uint8Array.from(text.split("."), Number));
const at = (address: string, port: number, isReflexive = false): Candidate => ({ address, port, isReflexive });

const invitation: Invitation = {
    secret: hex(from(0, 16)),
    expiry: 0x1234,
    fingerprint: hex(from(0x20)),
    candidates: [at(ip("192.168.1.7"), 40123), at(ip("198.18.0.5"), 40123, true)],
    question: null,
    name: "Ana",
    browser: null,
    canPunch: true,
};
const token = writeInvitation(invitation);
const keys = keysOf(from(0, 16));
const reply: Reply = { fingerprint: hex(from(0x40)), candidates: [at(ip("192.168.1.9"), 50321)], browser: null };
const replied = writeReply(reply, keys, utf8("saltsalt"));
const replyDigest = digest(replyBody(reply));

function tokens(): void {
    is("invitation", token);
    is("invitation digest", inviteDigest(token));
    is("invite id", keys.inviteId);
    is("noise psk", keys.psk);
    is("reply key", keys.reply);
    is("host ufrag", keys.hostUfrag);
    is("host password", keys.hostPassword);
    const guest = guestIce(from(0, 16), from(0x40));
    is("guest ufrag", guest.ufrag);
    is("guest password", guest.password);
    is("reply", replied);
    is("reply digest", replyDigest);
    is("invitation link", link(BASE, token));
    is("invitation QR text", qrText(BASE, token));
    is("reply as bare text", bareText(replied));
    const second: Invitation = {
        ...invitation,
        secret: hex(from(0xf0, 16)),
        expiry: 0xffff,
        candidates: [
            at(ip("10.1.2.3"), 5000),
            at(ip("172.32.0.9"), 5000, true),
            at(`fd${"0".repeat(29)}7`, 6000),
            at("1b4e28ba-2fa1-11d2-883f-0016d3cca427.local", 6000),
        ],
        question: "Wer?",
        name: null,
        browser: { ufrag: "rnWW", password: "h1wYalX/uX6eUNT0ffyalxKR" },
        canPunch: false,
    };
    is("second invitation", writeInvitation(second));
    assert.deepEqual(readInvitation(writeInvitation(second)), second);
    const browsers: Reply = {
        fingerprint: hex(from(0x40)),
        candidates: [],
        browser: { ufrag: "2ce53950", password: "27f8b851a910641c99e63d3d78f7b756" },
    };
    is("browser's reply", writeReply(browsers, keysOf(from(0xf0, 16)), utf8("saltsalt")));
    is("one named candidate", writeCandidates([at("my-phone.local", 6000)]));
}

function containers(): void {
    const cost = { memory: 19 << 10, passes: 1, lanes: 1 };
    const byKey: Lock = { kind: 3, by: { key: from(0) }, questions: [], cost, salt: from(0x60) };
    const content = utf8("hello");
    is("container of the key example", seal(byKey, { name: "note.txt", type: "text/plain", content }));
    const code = from(0x80, 16);
    is("password of the answer example", password(["rex"], code));
    const byAnswer: Lock = { ...byKey, by: { answers: ["rex"], code }, questions: ["What is the dog called?"] };
    const sealed = seal(byAnswer, { name: "", type: "", content });
    is("container of the answer example", sealed);
    is("container as text", asText(sealed));
}

function meeting(): void {
    const begun = prologue({ mode: 2, policy: 0, inviteId: keys.inviteId, inviteDigest: inviteDigest(token), replyDigest, host: from(0x20), guest: from(0x40) });
    is("prologue", begun);
    const guest = new Guest(begun, keys.psk, from(0x60), from(0x80));
    is("first message", guest.first());
    const { message, hash, guests, hosts } = guest.third(ofHex(examples.get("second message") ?? ""));
    is("third message", message);
    is("handshake hash", hash);
    is("key of the guest's frames", guests);
    is("key of the host's frames", hosts);
    const greeting = ready(from(0xe0), "Ben", 1_795_000_000, 2);
    is("READY", greeting);
    const frames = new Frames(guests);
    is("frame 0", frames.seal(greeting));
    is("frame 1", frames.seal(new Uint8Array([...le(1, 2), ...utf8("Hello")]), true));
    is("frame 2", frames.seal(le(9, 1)));
}

/** What goes to and fro, in one form both ways. */
interface Vectors {
    invitations: { token: string; is: Invitation; inviteId: string; hostPassword: string; link: string; qr: string }[];
    /** Bytes, and whether they are an invitation. */
    altered: { token: string; reads: boolean }[];
    replies: { secret: string; token: string; is: Reply; digest: string }[];
    containers: { container: string; text: string; answers: string[]; code: string | null; questions: string[]; name: string; type: string; content: string }[];
}

const COST = { memory: 19 << 10, passes: 1, lanes: 1 };
/** The salt of a container, from behind its first sixteen bytes. */
const lockOf = (one: Vectors["containers"][number], salt: Uint8Array): Lock => ({
    kind: 3,
    by: { answers: one.answers, code: one.code === null ? null : ofHex(one.code) },
    questions: one.questions,
    cost: COST,
    salt,
});

function reads(bytes: Uint8Array): boolean {
    try {
        return readInvitation(bytes) !== undefined;
    } catch (error) {
        if (error instanceof Refused) return false;
        throw error;
    }
}

function readTheirs(vectors: Vectors): void {
    for (const one of vectors.invitations) {
        const bytes = ofHex(one.token);
        assert.deepEqual(readInvitation(bytes), one.is);
        assert.equal(hex(writeInvitation(one.is)), one.token);
        const made = keysOf(ofHex(one.is.secret));
        assert.deepEqual([hex(made.inviteId), made.hostPassword], [one.inviteId, one.hostPassword]);
        assert.deepEqual([link(BASE, bytes), qrText(BASE, bytes)], [one.link, one.qr]);
        checked += 1;
    }
    for (const { token, reads: theyRead } of vectors.altered) {
        assert.equal(reads(ofHex(token)), theyRead, token);
        checked += 1;
    }
    for (const one of vectors.replies) {
        assert.deepEqual(readReply(ofHex(one.token), keysOf(ofHex(one.secret))), one.is);
        assert.equal(hex(digest(replyBody(one.is))), one.digest);
        checked += 1;
    }
    for (const one of vectors.containers) {
        const container = ofHex(one.container);
        const inside = open(lockOf(one, container.slice(16, 48)), container);
        assert.deepEqual({ ...inside, content: hex(inside.content) }, { name: one.name, type: one.type, content: one.content });
        assert.equal(asText(container), one.text);
        checked += 1;
    }
}

const any = (length: number): string => randomBytes(length).toString("hex");
const oneOf = <T>(...all: T[]): T => all[randomInt(all.length)] as T;

function anyCandidates(): Candidate[] {
    const list: Candidate[] = [];
    for (let left = randomInt(8); left > 0; left--) {
        const address = oneOf(`c0a8${any(2)}`, `0a${any(3)}`, `c6${any(3)}`, any(16));
        const one = at(address, oneOf(9, 40123, randomInt(65_536)), oneOf(true, false));
        if (!list.some((other) => other.address === address && other.port === one.port)) list.push(one);
    }
    const name = oneOf(undefined, "my-phone.local", "1b4e28ba-2fa1-11d2-883f-0016d3cca427.local");
    return name === undefined ? list : [...list.slice(0, 7), at(name, 6000)];
}

/** What a browser of either kind would choose. */
function anyBrowser(): Ice | null {
    const chosen = oneOf(base64(randomBytes(21)), any(20), null);
    if (chosen === null) return null;
    const ufrag = chosen.length === 28 ? 4 : 8;
    return { ufrag: chosen.slice(0, ufrag), password: chosen.slice(ufrag) };
}

function write(): Vectors {
    const vectors: Vectors = { invitations: [], altered: [], replies: [], containers: [] };
    for (let number = 0; number < 100; number++) {
        const made: Invitation = {
            secret: any(16),
            expiry: randomInt(65_536),
            fingerprint: any(32),
            candidates: anyCandidates(),
            question: oneOf(null, "Wer?", "Where did we meet? 🙂"),
            name: oneOf(null, "Ana", "Zoë"),
            browser: anyBrowser(),
            canPunch: oneOf(true, false),
        };
        const bytes = writeInvitation(made);
        const { inviteId, hostPassword } = keysOf(ofHex(made.secret));
        vectors.invitations.push({ token: hex(bytes), is: made, inviteId: hex(inviteId), hostPassword, link: link(BASE, bytes), qr: qrText(BASE, bytes) });
        const other = new Uint8Array(bytes);
        const place = randomInt(other.length);
        other[place] = (other[place] ?? 0) ^ (1 << randomInt(8));
        const cut = oneOf(other, other.slice(0, place), bytes.slice(0, place));
        vectors.altered.push({ token: hex(cut), reads: reads(cut) });
        const answered: Reply = { fingerprint: any(32), candidates: anyCandidates(), browser: anyBrowser() };
        const sent = writeReply(answered, keysOf(ofHex(made.secret)), randomBytes(8));
        vectors.replies.push({ secret: made.secret, token: hex(sent), is: answered, digest: hex(digest(replyBody(answered))) });
    }
    for (const length of [0, 1, 5_000, 200_000]) {
        const inside: Inside = { name: "notes.txt", type: "text/plain", content: new Uint8Array(randomBytes(length)) };
        const one = { answers: ["rex", "in the harbour"], code: oneOf(null, any(16)), questions: ["Who?", "Where?"], name: inside.name, type: inside.type };
        const container = seal(lockOf({ ...one, container: "", text: "", content: "" }, randomBytes(32)), inside);
        vectors.containers.push({ ...one, container: hex(container), text: asText(container), content: hex(inside.content) });
    }
    return vectors;
}

tokens();
containers();
meeting();
if (theirs !== undefined) {
    readTheirs(JSON.parse(readFileSync(theirs, "utf8")) as Vectors);
    process.stdout.write(JSON.stringify(write()));
}
console.error(`${checked} values are as a second implementation computes them`);
