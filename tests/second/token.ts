// Section 1: invitation, reply, text forms.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { Reader, Refused, base64, base64url, digest, equal, hex, join, kdf, label, le, must, ofHex, shortField, utf8 } from "./bytes.js";

/** An address in hexadecimal, or the name of a host. */
export interface Candidate {
    address: string;
    port: number;
    isReflexive: boolean;
}

export interface Invitation {
    secret: string;
    expiry: number;
    fingerprint: string;
    candidates: Candidate[];
    question: string | null;
    name: string | null;
    browser: Ice | null;
    canPunch: boolean;
}

export interface Reply {
    fingerprint: string;
    candidates: Candidate[];
    browser: Ice | null;
}

/** The ICE credentials that a browser chose. */
export interface Ice {
    ufrag: string;
    password: string;
}

function writeIce(ice: Ice | null): Uint8Array {
    if (ice === null) return new Uint8Array();
    const both = ice.ufrag + ice.password;
    return ice.ufrag.length === 4 ? join(le(1, 1), Buffer.from(both, "base64")) : join(le(2, 1), ofHex(both));
}

function readIce(from: Reader): Ice {
    const form = from.number(1);
    must(form === 1 || form === 2, "an unknown form of credentials");
    const [both, ufrag] = form === 1 ? [base64(from.take(21)), 4] : [hex(from.take(20)), 8];
    return { ufrag: both.slice(0, ufrag), password: both.slice(ufrag) };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** The class of an address, and the bytes that are written of it. */
function classed(address: string): [number, Uint8Array] {
    if (address.endsWith(".local")) {
        const name = address.slice(0, -".local".length);
        return UUID.test(name) ? [5, ofHex(name.replaceAll("-", ""))] : [6, shortField(utf8(name))];
    }
    const bytes = ofHex(address);
    if (bytes.length === 16) return [4, bytes];
    if (bytes[0] === 192 && bytes[1] === 168) return [1, bytes.slice(2)];
    if (bytes[0] === 10) return [2, bytes.slice(1)];
    return [3, bytes];
}

export function writeCandidates(list: Candidate[]): Uint8Array {
    const written = list.map(({ address, port, isReflexive }, at) => {
        const [kind, bytes] = classed(address);
        const isSame = at > 0 && list[at - 1]?.port === port;
        const head = kind | (isReflexive ? 16 : 0) | (isSame ? 32 : 0);
        return join(le(head, 1), bytes, isSame ? new Uint8Array() : le(port, 2));
    });
    return join(le(list.length, 1), ...written);
}

export function readCandidates(from: Reader): Candidate[] {
    const count = from.number(1);
    must(count <= 8, "more than eight");
    const list: Candidate[] = [];
    for (let at = 0; at < count; at++) {
        const head = from.number(1);
        must((head & 0xc0) === 0, "unknown bits");
        const address = readAddress(from, head & 15);
        const isReflexive = (head & 16) !== 0;
        must(!(isReflexive && address.endsWith(".local")), "a name seen outside");
        const before = list.at(-1);
        let port: number;
        if ((head & 32) !== 0) {
            must(before !== undefined, "no port before");
            port = before.port;
        } else {
            port = from.number(2);
            must(port !== before?.port, "a port twice");
        }
        must(!list.some((other) => other.address === address && other.port === port), "the same twice");
        const isName = (name: string): boolean => name.endsWith(".local");
        must(!isName(address) || !list.some((other) => isName(other.address)), "a second name");
        list.push({ address, port, isReflexive });
    }
    return list;
}

function readAddress(from: Reader, kind: number): string {
    switch (kind) {
        case 1:
            return `c0a8${hex(from.take(2))}`;
        case 2:
            return `0a${hex(from.take(3))}`;
        case 3: {
            const address = hex(from.take(4));
            must(classed(address)[0] === 3, "a longer form");
            return address;
        }
        case 4:
            return hex(from.take(16));
        case 5:
            return `${hex(from.take(16)).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")}.local`;
        case 6: {
            const name = Buffer.from(from.shortField(63)).toString("latin1");
            must(LABEL.test(name) && !UUID.test(name), "no name of this class");
            return `${name}.local`;
        }
        default:
            throw new Refused("unknown class");
    }
}

export function writeInvitation(invitation: Invitation): Uint8Array {
    const { question, name, browser, canPunch } = invitation;
    const flags = [question !== null, name !== null, browser !== null, canPunch];
    return join(
        le(0x11, 1),
        le(flags.reduce((sum, is, bit) => sum + (is ? 1 << bit : 0), 0), 1),
        ofHex(invitation.secret),
        le(invitation.expiry, 2),
        ofHex(invitation.fingerprint),
        writeCandidates(invitation.candidates),
        ...[question, name].filter((text) => text !== null).map((text) => shortField(utf8(text))),
        writeIce(browser),
    );
}

export function readInvitation(token: Uint8Array): Invitation {
    const from = new Reader(token);
    must(from.number(1) === 0x11, "no invitation of this version");
    const flags = from.number(1);
    must(flags < 16, "unknown flags");
    const read = {
        secret: hex(from.take(16)),
        expiry: from.number(2),
        fingerprint: hex(from.take(32)),
        candidates: readCandidates(from),
        question: (flags & 1) !== 0 ? label(from.shortField(256)) : null,
        name: (flags & 2) !== 0 ? label(from.shortField(64)) : null,
        browser: (flags & 4) !== 0 ? readIce(from) : null,
        canPunch: (flags & 8) !== 0,
    };
    from.end();
    return read;
}

export interface Keys {
    inviteId: Uint8Array;
    psk: Uint8Array;
    reply: Uint8Array;
    hostUfrag: string;
    hostPassword: string;
}

export function keysOf(secret: Uint8Array): Keys {
    const inviteId = kdf(secret, "HFS1 invite id").slice(0, 16);
    const host = kdf(secret, "HFS1 ice host", inviteId);
    return {
        inviteId,
        psk: kdf(secret, "HFS1 noise psk", inviteId),
        reply: kdf(secret, "HFS1 reply key", inviteId),
        hostUfrag: base64(host.slice(0, 8)),
        hostPassword: base64(host.slice(8, 26)),
    };
}

export function guestIce(secret: Uint8Array, fingerprint: Uint8Array): { ufrag: string; password: string } {
    const ufrag = base64(fingerprint);
    const { inviteId } = keysOf(secret);
    return { ufrag, password: base64(kdf(secret, "HFS1 ice guest", inviteId, utf8(ufrag)).slice(0, 18)) };
}

export function replyBody(reply: Reply): Uint8Array {
    return join(ofHex(reply.fingerprint), writeCandidates(reply.candidates), writeIce(reply.browser));
}

export function writeReply(reply: Reply, keys: Keys, salt: Uint8Array): Uint8Array {
    const body = replyBody(reply);
    const front = join(le(0x21, 1), keys.inviteId.slice(0, 4), salt, le(body.length, 1));
    const key = kdf(keys.reply, "HFS1 reply", salt);
    return join(front, chacha20poly1305(key, new Uint8Array(12), front).encrypt(body));
}

export function readReply(token: Uint8Array, keys: Keys): Reply {
    const from = new Reader(token);
    const front = from.take(14);
    must(front[0] === 0x21, "no reply of this version");
    must(equal(front.slice(1, 5), keys.inviteId.slice(0, 4)), "of another invitation");
    const length = front[13] ?? 0;
    must(length >= 33 && length <= 255, "a length that no writer makes");
    const sealed = from.take(length + 16);
    from.end();
    const key = kdf(keys.reply, "HFS1 reply", front.slice(5, 13));
    let body: Uint8Array;
    try {
        body = chacha20poly1305(key, new Uint8Array(12), front).decrypt(sealed);
    } catch {
        throw new Refused("altered");
    }
    const inside = new Reader(body);
    const read = {
        fingerprint: hex(inside.take(32)),
        candidates: readCandidates(inside),
        browser: inside.left === 0 ? null : readIce(inside),
    };
    inside.end();
    return read;
}

const DIGITS = [0, 3, 5, 8, 10, 13, 15, 17];

export function digits(token: Uint8Array): string {
    let text = "";
    for (let at = 0; at < token.length; at += 7) {
        const group = token.slice(at, at + 7);
        const number = group.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
        text += String(number).padStart(DIGITS[group.length] ?? 0, "0");
    }
    return text;
}

export const link = (base: string, token: Uint8Array): string => `${base}#${base64url(token)}`;
export const qrText = (base: string, token: Uint8Array): string => `${base}#${digits(token)}`;
export const bareText = (token: Uint8Array): string => `handfast:${base64url(token)}`;
export const inviteDigest = (token: Uint8Array): Uint8Array => digest(token);
