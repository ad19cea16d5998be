// The conventions of docs/protocol.md, and how bytes are written and read by them.

import { blake2b } from "@noble/hashes/blake2.js";

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
export const ofHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
export const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64").replace(/=+$/, "");
export const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
export const equal = (one: Uint8Array, other: Uint8Array): boolean => hex(one) === hex(other);

/** A number, little endian. */
export function le(number: number | bigint, length: number): Uint8Array {
    return Uint8Array.from({ length }, (_, at) => Number((BigInt(number) >> BigInt(8 * at)) & 0xffn));
}

/** What is no writing of anybody: the reader refuses it. */
export class Refused extends Error {}

export function must(holds: boolean, why: string): asserts holds {
    if (!holds) throw new Refused(why);
}

/** Takes bytes from the front. */
export class Reader {
    constructor(private rest: Uint8Array) {}

    get left(): number {
        return this.rest.length;
    }

    take(length: number): Uint8Array {
        must(length <= this.rest.length, "cut");
        const taken = this.rest.slice(0, length);
        this.rest = this.rest.slice(length);
        return taken;
    }

    number(length: number): number {
        return Number(this.take(length).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n));
    }

    shortField(most: number): Uint8Array {
        const length = this.number(1) + 1;
        must(length <= most, "too long");
        return this.take(length);
    }

    end(): void {
        must(this.rest.length === 0, "bytes left over");
    }
}

export function shortField(bytes: Uint8Array): Uint8Array {
    return join(le(bytes.length - 1, 1), bytes);
}

export function kdf(key: Uint8Array, label: string, ...parts: Uint8Array[]): Uint8Array {
    const input = join(...parts.flatMap((part) => [le(part.length, 8), part]));
    const personalization = join(utf8(label), new Uint8Array(16 - label.length));
    return blake2b(input, { dkLen: 32, key, personalization });
}

export const digest = (bytes: Uint8Array, length = 32): Uint8Array => blake2b(bytes, { dkLen: length });

/** A text that a person reads: 1.2. */
export function label(bytes: Uint8Array): string {
    let text: string;
    try {
        text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
        throw new Refused("no UTF-8");
    }
    const isRefused = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ufeff]/u;
    must(!isRefused.test(text), "a character that rearranges");
    const isBlank = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\u2800\u{13430}-\u{13442}\u{16fe4}\u{1d159}]*$/u;
    must(!isBlank.test(text), "blank");
    return text;
}
