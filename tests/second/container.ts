// Section 2: the sealed container, without compression. Answers are taken as they are after 2.4: full case folding
// and a fixed version of Unicode are not JavaScript's.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { argon2id } from "@noble/hashes/argon2.js";
import { Reader, base64url, digest, equal, join, kdf, label, le, must, utf8 } from "./bytes.js";

const CHUNK = 65_536;

export interface Lock {
    kind: number;
    /** The key, or answers that are normalised, and a code or none. */
    by: { key: Uint8Array } | { answers: string[]; code: Uint8Array | null };
    questions: string[];
    cost: { memory: number; passes: number; lanes: number };
    salt: Uint8Array;
}

export interface Inside {
    name: string;
    type: string;
    content: Uint8Array;
}

function header(lock: Lock): Uint8Array {
    const { questions, cost, by } = lock;
    const asked = questions.map((question) => join(le(utf8(question).length, 2), utf8(question)));
    const written = questions.length === 0 ? new Uint8Array() : join(le(questions.length, 1), ...asked);
    const source =
        "key" in by
            ? new Uint8Array(11)
            : join(le(1, 1), le(by.code === null ? 0 : 1, 1), le(2, 1), le(cost.memory, 4), le(cost.passes, 1), le(cost.lanes, 1), le(written.length, 2));
    return join(utf8("HFS1"), le(lock.kind, 1), source, lock.salt, written);
}

export function password(answers: string[], code: Uint8Array | null): Uint8Array {
    const written = answers.map((answer) => join(le(utf8(answer).length, 2), utf8(answer)));
    return join(utf8("HFS1"), le(2, 1), le(answers.length, 1), ...written, code ?? new Uint8Array());
}

function keys(lock: Lock): { front: Uint8Array; commitment: Uint8Array; payload: Uint8Array } {
    const { by, cost, salt } = lock;
    const options = { t: cost.passes, m: cost.memory, p: cost.lanes, dkLen: 32 };
    const master = "key" in by ? by.key : argon2id(password(by.answers, by.code), salt, options);
    const front = header(lock);
    const commitment = kdf(master, "HFS1 commitment", front);
    return { front, commitment, payload: kdf(master, "HFS1 payload", front, commitment) };
}

function padded(kind: number, length: number): number {
    if (kind <= 2) return [256, 384, 512, 768].find((bucket) => length <= bucket) ?? Math.ceil(length / 512) * 512;
    const e = Math.floor(Math.log2(length));
    const step = 2 ** (e - (Math.floor(Math.log2(e)) + 1));
    return Math.ceil(length / step) * step;
}

function nonce(chunk: number, isLast: boolean): Uint8Array {
    return join(le(chunk, 11).reverse(), le(isLast ? 1 : 0, 1));
}

export function seal(lock: Lock, inside: Inside): Uint8Array {
    const { front, commitment, payload } = keys(lock);
    const field = (text: string): Uint8Array => join(le(utf8(text).length, 2), utf8(text));
    const { content } = inside;
    const plain = join(le(0, 1), le(content.length, 8), field(inside.name), field(inside.type), le(content.length, 8), content);
    const whole = join(plain, new Uint8Array(padded(lock.kind, plain.length) - plain.length));
    const chunks = [];
    for (let at = 0; at < whole.length; at += CHUNK) {
        const isLast = at + CHUNK >= whole.length;
        chunks.push(chacha20poly1305(payload, nonce(at / CHUNK, isLast)).encrypt(whole.slice(at, at + CHUNK)));
    }
    return join(front, commitment, ...chunks);
}

/** Opens what `lock` describes: the header has to be the one that it makes. */
export function open(lock: Lock, container: Uint8Array): Inside {
    const { front, commitment, payload } = keys(lock);
    const from = new Reader(container);
    must(equal(from.take(front.length), front), "another header");
    must(equal(from.take(32), commitment), "wrong answer or altered");
    const parts: Uint8Array[] = [];
    for (let chunk = 0; from.left > 0; chunk++) {
        const sealed = from.take(Math.min(from.left, CHUNK + 16));
        parts.push(chacha20poly1305(payload, nonce(chunk, from.left === 0)).decrypt(sealed));
    }
    const whole = join(...parts);
    const plain = new Reader(whole);
    must(plain.number(1) === 0, "compressed");
    const length = plain.number(8);
    const text = (bytes: Uint8Array): string => (bytes.length === 0 ? "" : label(bytes));
    const name = text(plain.take(plain.number(2)));
    const type = text(plain.take(plain.number(2)));
    must(plain.number(8) === length, "another length");
    const content = plain.take(length);
    must(whole.length === padded(lock.kind, whole.length - plain.left), "padded otherwise");
    must(plain.take(plain.left).every((byte) => byte === 0), "no zeros");
    return { name, type, content };
}

export const asText = (container: Uint8Array): string => `hfs1:${base64url(join(container, digest(container, 4)))}`;
