// Section 3: the prologue, Noise as the guest speaks it, READY and frames.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { blake2s } from "@noble/hashes/blake2.js";
import { hmac } from "@noble/hashes/hmac.js";
import { join, le, must, utf8 } from "./bytes.js";

const NOISE = "Noise_XXpsk0+psk3_25519_ChaChaPoly_BLAKE2s";
const NOTHING = new Uint8Array();

/** The greeting of version 1, with nothing in it. */
export const GREETING = join(le(1, 1), le(0, 4), le(0, 2));

export interface Meeting {
    mode: number;
    policy: number;
    inviteId: Uint8Array;
    inviteDigest: Uint8Array;
    replyDigest: Uint8Array;
    host: Uint8Array;
    guest: Uint8Array;
}

export function prologue(meeting: Meeting): Uint8Array {
    const { mode, policy, inviteId, inviteDigest, replyDigest, host, guest } = meeting;
    return join(utf8("handfast-1\0\0"), le(mode, 1), le(policy, 1), inviteId, inviteDigest, replyDigest, host, guest);
}

function hkdf(key: Uint8Array, input: Uint8Array, outputs: number): Uint8Array[] {
    const temporary = hmac(blake2s, key, input);
    const made: Uint8Array[] = [];
    for (let number = 1; number <= outputs; number++) {
        made.push(hmac(blake2s, temporary, join(made.at(-1) ?? NOTHING, le(number, 1))));
    }
    return made;
}

/** The symmetric state of Noise, with the cipher in it. */
class Symmetric {
    hash: Uint8Array;
    private chaining: Uint8Array;
    private key: Uint8Array | undefined;
    private counter = 0;

    constructor(prologue: Uint8Array) {
        this.hash = blake2s(utf8(NOISE));
        this.chaining = this.hash;
        this.mixHash(prologue);
    }

    mixHash(bytes: Uint8Array): void {
        this.hash = blake2s(join(this.hash, bytes));
    }

    mixKey(input: Uint8Array): void {
        const [chaining, key] = hkdf(this.chaining, input, 2);
        this.chaining = chaining ?? NOTHING;
        this.key = key;
        this.counter = 0;
    }

    mixKeyAndHash(input: Uint8Array): void {
        const [chaining, hash, key] = hkdf(this.chaining, input, 3);
        this.chaining = chaining ?? NOTHING;
        this.mixHash(hash ?? NOTHING);
        this.key = key;
        this.counter = 0;
    }

    seal(plain: Uint8Array): Uint8Array {
        const sealed = this.cipher().encrypt(plain);
        this.mixHash(sealed);
        return sealed;
    }

    open(sealed: Uint8Array): Uint8Array {
        const plain = this.cipher().decrypt(sealed);
        this.mixHash(sealed);
        return plain;
    }

    split(): Uint8Array[] {
        return hkdf(this.chaining, NOTHING, 2);
    }

    private cipher(): ReturnType<typeof chacha20poly1305> {
        must(this.key !== undefined, "no key yet");
        return chacha20poly1305(this.key, join(le(0, 4), le(this.counter++, 8)), this.hash);
    }
}

/** The guest, who is the initiator. */
export class Guest {
    private readonly noise: Symmetric;

    constructor(
        prologue: Uint8Array,
        private readonly psk: Uint8Array,
        private readonly own: Uint8Array,
        private readonly ephemeral: Uint8Array,
    ) {
        this.noise = new Symmetric(prologue);
    }

    first(): Uint8Array {
        this.noise.mixKeyAndHash(this.psk);
        const e = x25519.getPublicKey(this.ephemeral);
        this.noise.mixHash(e);
        this.noise.mixKey(e);
        return join(e, this.noise.seal(NOTHING));
    }

    /** Reads the second message, and gives the third with what came of it all. */
    third(second: Uint8Array): { message: Uint8Array; hash: Uint8Array; hostKey: Uint8Array; guests: Uint8Array; hosts: Uint8Array } {
        const e = second.slice(0, 32);
        this.noise.mixHash(e);
        this.noise.mixKey(e);
        this.noise.mixKey(x25519.getSharedSecret(this.ephemeral, e));
        const hostKey = this.noise.open(second.slice(32, 80));
        this.noise.mixKey(x25519.getSharedSecret(this.ephemeral, hostKey));
        const greeting = this.noise.open(second.slice(80));
        must(greeting.length >= 7 && greeting[0] !== 0, "no greeting");
        const s = this.noise.seal(x25519.getPublicKey(this.own));
        this.noise.mixKey(x25519.getSharedSecret(this.own, e));
        this.noise.mixKeyAndHash(this.psk);
        const message = join(s, this.noise.seal(GREETING));
        const [guests, hosts] = this.noise.split();
        return { message, hash: this.noise.hash, hostKey, guests: guests ?? NOTHING, hosts: hosts ?? NOTHING };
    }
}

/** READY of somebody who tells a clock and what they are. */
export function ready(random: Uint8Array, name: string, clock: number, kind: number): Uint8Array {
    const extension = (number: number, value: Uint8Array): Uint8Array => join(le(number, 1), le(value.length, 2), value);
    const extensions = join(extension(1, le(clock, 8)), extension(3, le(kind, 1)));
    return join(random, le(utf8(name).length, 1), utf8(name), le(extensions.length, 2), extensions);
}

/** One direction of frames. */
export class Frames {
    private counter = 0;

    constructor(private key: Uint8Array) {}

    seal(body: Uint8Array, changesKey = false): Uint8Array {
        const front = join(le(changesKey ? 1 : 0, 1), le(body.length, 2), body);
        const plain = join(front, new Uint8Array((64 - (front.length % 64)) % 64));
        const sealed = chacha20poly1305(this.key, join(le(0, 4), le(this.counter++, 8))).encrypt(plain);
        if (changesKey) {
            const last = join(le(0, 4), le(2n ** 64n - 1n, 8));
            this.key = chacha20poly1305(this.key, last).encrypt(new Uint8Array(32)).slice(0, 32);
        }
        return sealed;
    }
}
