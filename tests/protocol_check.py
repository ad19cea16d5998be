#!/usr/bin/env python3
"""The protocol a second time, written from docs/protocol.md alone.

It takes the worked examples out of the document and computes them again: invitation and reply, the
keys from S, the text forms, the container, the prologue, the Noise handshake, the first frames, what
two people compare, a second meeting, the tree, the messages and the list of files, and a room. CPace is left to the vectors of its authors.
Then it opens the frozen containers and normalises the frozen answers of tests/frozen/. Where this
and the core agree, the document is enough for somebody who has never seen the core.

Usage: tests/protocol_check.py   (scripts/test protocol installs what it needs)
Section numbers are those of the document.
"""

import base64
import hashlib
import json
import pathlib
import re
import sys
import uuid
import zlib

import argon2.low_level
import regex
import unicodedata2
import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = (ROOT / "docs/protocol.md").read_text()
FROZEN = ROOT / "tests/frozen"


# --- Conventions ------------------------------------------------------------------------------


def kdf(key, label, *parts):
    state = hashlib.blake2b(key=key, person=label.encode(), digest_size=32)
    for part in parts:
        state.update(u64(len(part)) + part)
    return state.digest()


def digest(data, size=32):
    return hashlib.blake2b(data, digest_size=size).digest()


def u16(number):
    return number.to_bytes(2, "little")


def u32(number):
    return number.to_bytes(4, "little")


def u64(number):
    return number.to_bytes(8, "little")


def base64_bare(data):
    return base64.b64encode(data).rstrip(b"=").decode()


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text):
    require(re.fullmatch(r"[A-Za-z0-9_-]*", text), "a character outside of base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    require(base64url(data) == text, "unused bits that are not zero")
    return data


class Refused(Exception):
    """What a reader refuses."""


def require(condition, what):
    if not condition:
        raise Refused(what)


class Reader:
    """Takes bytes from the front."""

    def __init__(self, data):
        self.data = data

    def take(self, count):
        require(len(self.data) >= count, "cut")
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def number(self, size):
        return int.from_bytes(self.take(size), "little")

    def short_field(self):
        return self.take(self.number(1) + 1)

    def end(self):
        require(not self.data, "bytes left over")


def counting(first, count=32):
    return bytes(range(first, first + count))


# --- 1. Invitation, reply, text forms ----------------------------------------------------------


def check_label(data, most):
    text = data.decode()
    require(1 <= len(data) <= most, "length of a label")
    unseen = r"\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800\U00013430-\U00013442\U00016fe4\U0001d159"
    require(regex.search(f"[^{unseen}]", text), "a blank label")
    bad = r"[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ufeff]"
    require(not regex.search(bad, text), "a character that misleads")
    return text


def read_candidates(reader):
    """1.3"""
    out, port = [], None
    for _ in range(reader.number(1)):
        head = reader.number(1)
        require(head < 0x40 and 1 <= head & 0x0F <= 6, "head of a candidate")
        if head & 0x0F == 6:
            address = reader.short_field().decode() + ".local"
        else:
            front, size = {1: ([192, 168], 2), 2: ([10], 3), 3: ([], 4), 4: ([], 16), 5: ([], 16)}[head & 0x0F]
            address = bytes(front) + reader.take(size)
            if head & 0x0F == 5:
                address = f"{uuid.UUID(bytes=address)}.local"
        if head & 0x20:
            require(port is not None, "no port before")
        else:
            written = reader.number(2)
            require(written != port, "a port written twice")
            port = written
        out.append((address, port, bool(head & 0x10)))
    require(len(out) <= 8, "too many candidates")
    return out


def read_ice(reader):
    """1.2: the ICE credentials of a browser"""
    form = reader.number(1)
    require(form in (1, 2), "an unknown form of credentials")
    both, ufrag = (base64_bare(reader.take(21)), 4) if form == 1 else (reader.take(20).hex(), 8)
    return both[:ufrag], both[ufrag:]


def read_invitation(token):
    reader = Reader(token)
    require(reader.number(1) == 0x11, "not an invitation")
    flags = reader.number(1)
    require(flags < 0x10, "unknown flags")
    fields = {
        "can punch": bool(flags & 8),
        "S": reader.take(16),
        "expiry": reader.number(2),
        "fingerprint": reader.take(32),
        "candidates": read_candidates(reader),
        "question": check_label(reader.short_field(), 256) if flags & 1 else None,
        "name": check_label(reader.short_field(), 64) if flags & 2 else None,
        "browser": read_ice(reader) if flags & 4 else None,
    }
    reader.end()
    return fields


class InvitationKeys:
    """1.5"""

    def __init__(self, s):
        self.s = s
        self.invite_id = kdf(s, "HFS1 invite id")[:16]
        self.psk = kdf(s, "HFS1 noise psk", self.invite_id)
        self.reply_key = kdf(s, "HFS1 reply key", self.invite_id)
        host = kdf(s, "HFS1 ice host", self.invite_id)
        self.host_ufrag, self.host_password = base64_bare(host[:8]), base64_bare(host[8:26])

    def guest(self, fingerprint):
        ufrag = base64_bare(fingerprint)
        password = kdf(self.s, "HFS1 ice guest", self.invite_id, ufrag.encode())[:18]
        return ufrag, base64_bare(password)

    def browser(self, fingerprint, ufrag, password):
        """3.1: the first half of USERNAME in a browser's knock."""
        mask = kdf(self.s, "HFS1 ice browser", self.invite_id, fingerprint, ufrag.encode())
        masked = bytes(a ^ b for a, b in zip(password.encode(), mask, strict=False))
        return self.host_ufrag + base64_bare(fingerprint) + base64_bare(masked)


def seal_reply(keys, salt, body):
    """1.6"""
    front = b"\x21" + keys.invite_id[:4] + salt + bytes([len(body)])
    key = kdf(keys.reply_key, "HFS1 reply", salt)
    return front + ChaCha20Poly1305(key).encrypt(bytes(12), body, front)


def digits(token):
    """1.8"""
    widths = {1: 3, 2: 5, 3: 8, 4: 10, 5: 13, 6: 15, 7: 17}
    groups = [token[at : at + 7] for at in range(0, len(token), 7)]
    return "".join(f"{int.from_bytes(g, 'little'):0{widths[len(g)]}}" for g in groups)


# --- 2. Sealed container -----------------------------------------------------------------------

KINDS = {1: "invitation", 2: "reply", 3: "file", 4: "device state"}


def parse_header(container):
    """2.1: the fields, and the bytes in front of the commitment."""
    reader = Reader(container)
    require(reader.take(4) == b"HFS1", "not ours")
    header = {"kind": KINDS[reader.number(1)], "source": reader.number(1)}
    header["code"], header["profile"] = reader.number(1), reader.number(1)
    header["cost"] = [reader.number(4), reader.number(1), reader.number(1)]
    length = reader.number(2)
    require(length <= 1024, "questions too long")
    header["salt"] = reader.take(32)
    block = Reader(reader.take(length))
    header["questions"] = []
    if length:
        count = block.number(1)
        require(1 <= count <= 5, "count of questions")
        for _ in range(count):
            header["questions"].append(check_label(block.take(block.number(2)), 256))
        block.end()
    if header["source"] == 0:
        require(container[6:16] == bytes(10), "a key with a cost")
    else:
        known = header["source"] == 1 and header["profile"] in PROFILES and header["code"] < 2
        require(known, "unsupported")
    return header, container[: 48 + length]


def password(profile, answers, code):
    """2.2"""
    out = b"HFS1" + bytes([profile, len(answers)])
    for answer in map(PROFILES[profile], answers):
        out += u16(len(answer.encode())) + answer.encode()
    return out + code


def master_key(header, known):
    if header["source"] == 0:
        return known["key"]
    memory, passes, lanes = header["cost"]
    return argon2.low_level.hash_secret_raw(
        password(header["profile"], known["answers"], known.get("code", b"")),
        header["salt"],
        time_cost=passes,
        memory_cost=memory,
        parallelism=lanes,
        hash_len=32,
        type=argon2.low_level.Type.ID,
        version=0x13,
    )


def stream_nonce(number, last):
    return number.to_bytes(11, "big") + bytes([last])


def seal_stream(key, inside):
    """2.3"""
    chunks = [inside[at : at + 65536] for at in range(0, len(inside), 65536)] or [b""]
    cipher = ChaCha20Poly1305(key)
    sealed = [cipher.encrypt(stream_nonce(n, n == len(chunks) - 1), c, None) for n, c in enumerate(chunks)]
    return b"".join(sealed)


def open_stream(key, payload):
    chunks = [payload[at : at + 65552] for at in range(0, len(payload), 65552)] or [b""]
    cipher, out = ChaCha20Poly1305(key), b""
    for number, chunk in enumerate(chunks):
        last = number == len(chunks) - 1
        opened = cipher.decrypt(stream_nonce(number, last), chunk, None)
        require(opened or number == 0, "an empty chunk behind others")
        out += opened
    return out


def padded(kind, n):
    if kind in ("invitation", "reply"):
        return next((size for size in (256, 384, 512, 768) if n <= size), -(-n // 512) * 512)
    e = n.bit_length() - 1
    s = (e.bit_length() - 1) + 1
    step = 1 << (e - s)
    return -(-n // step) * step


def read_inside(kind, inside):
    reader = Reader(inside)
    codec, length = reader.number(1), reader.number(8)
    name, media_type = reader.take(reader.number(2)), reader.take(reader.number(2))
    for label, most in ((name, 255), (media_type, 127)):
        require(not label or check_label(label, most), "a label")
    body = reader.take(reader.number(8))
    written = len(inside) - len(reader.data)
    require(len(inside) == padded(kind, written), "padded to another length")
    require(not any(reader.data), "padding that is not zero")
    if codec == 0:
        content = body
    else:
        require(codec == 1 and len(body) < length, "codec")
        unpack = zstandard.ZstdDecompressor(max_window_size=8 << 20).decompressobj()
        content = unpack.decompress(body)
        require(unpack.eof and not unpack.unused_data, "not one frame")
    require(len(content) == length, "length of the content")
    return codec, name.decode(), media_type.decode(), content


def write_inside(kind, content, name="", media_type=""):
    """With codec 0."""
    out = b"\0" + u64(len(content))
    for label in (name, media_type):
        out += u16(len(label.encode())) + label.encode()
    out += u64(len(content)) + content
    return out.ljust(padded(kind, len(out)), b"\0")


def container_keys(header_bytes, master):
    commitment = kdf(master, "HFS1 commitment", header_bytes)
    return commitment, kdf(master, "HFS1 payload", header_bytes, commitment)


def open_container(container, known):
    header, front = parse_header(container)
    commitment, key = container_keys(front, master_key(header, known))
    at = len(front)
    require(container[at : at + 32] == commitment, "wrong answer or altered")
    return header, read_inside(header["kind"], open_stream(key, container[at + 32 :]))


STRAIGHT = {0xB4: "'", 0x2BC: "'", 0x2032: "'", 0x2212: "-"}
STRAIGHT |= dict.fromkeys(range(0x2018, 0x201C), "'")
STRAIGHT |= dict.fromkeys(range(0x201C, 0x2020), '"')
STRAIGHT |= dict.fromkeys(range(0x2010, 0x2016), "-")


def normalise(answer):
    """2.4"""
    require(len(answer.encode()) <= 512, "answer too long")
    visible = regex.sub(r"\p{Default_Ignorable_Code_Point}", "", answer).translate(STRAIGHT)
    # Python's own case folding may be of an older Unicode; the frozen answers are all within it.
    folded = unicodedata2.normalize("NFKC", visible).casefold()
    straight = unicodedata2.normalize("NFKC", folded).translate(STRAIGHT)
    words = regex.sub(r"\p{White_Space}+", " ", straight).strip(" ")
    require(words, "nothing remains")
    return words


def normalise_second(answer):
    """2.4, profile 2"""
    plain = normalise(answer).replace("\u0131", "i").replace("`", "'")
    plain = regex.sub("i\u0307+", "i", plain)
    return unicodedata2.normalize("NFKC", regex.sub("-+", "-", plain))


PROFILES = {1: normalise, 2: normalise_second}


def container_text(container):
    """2.5"""
    return "hfs1:" + base64url(container + digest(container, 4))


def from_container_text(text):
    require(text.startswith("hfs1:"), "not ours")
    data = from_base64url(text.strip()[5:])
    require(digest(data[:-4], 4) == data[-4:], "damaged")
    return data[:-4]


def picture_chunk(container):
    """2.5"""
    named = b"hfSd" + container
    return len(container).to_bytes(4, "big") + named + zlib.crc32(named).to_bytes(4, "big")


# --- 3. Prologue, Noise, frames ----------------------------------------------------------------


def prologue(mode, policy, keys, invitation, reply_digest, host, guest):
    """3.4"""
    out = b"handfast-1\0\0" + bytes([mode, policy]) + keys.invite_id
    return out + digest(invitation) + reply_digest + host + guest


def public(private):
    key = X25519PrivateKey.from_private_bytes(private).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def dh(private, peer):
    return X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(peer))


def counter_nonce(counter):
    return bytes(4) + u64(counter)


class Noise:
    """Noise specification, revision 34: the symmetric state of ..._25519_ChaChaPoly_BLAKE2s."""

    def __init__(self, name, prologue):
        self.h = self.ck = hashlib.blake2s(name).digest() if len(name) > 32 else name.ljust(32, b"\0")
        self.k = None
        self.mix_hash(prologue)

    def hkdf(self, material, outputs):
        def mac(key, data):
            key = key.ljust(64, b"\0")
            inner = hashlib.blake2s(bytes(x ^ 0x36 for x in key) + data).digest()
            return hashlib.blake2s(bytes(x ^ 0x5C for x in key) + inner).digest()

        temporary, out = mac(self.ck, material), [b""]
        for n in range(outputs):
            out.append(mac(temporary, out[-1] + bytes([n + 1])))
        return out[1:]

    def mix_hash(self, data):
        self.h = hashlib.blake2s(self.h + data).digest()

    def mix_key(self, material):
        self.ck, self.k = self.hkdf(material, 2)
        self.n = 0

    def mix_psk(self, psk):
        self.ck, mixed, self.k = self.hkdf(psk, 3)
        self.mix_hash(mixed)
        self.n = 0

    def mix_ephemeral(self, key):
        self.mix_hash(key)
        self.mix_key(key)  # as psk handshakes do

    def seal(self, text):
        sealed = ChaCha20Poly1305(self.k).encrypt(counter_nonce(self.n), text, self.h) if self.k else text
        self.n = self.n + 1 if self.k else 0
        self.mix_hash(sealed)
        return sealed


def handshake(prologue, psk, guest, host):
    """3.5: `guest` and `host` are pairs of private keys, static and ephemeral. Both sides compute the
    same, so one state does for both."""
    greeting = b"\x01" + u32(0) + u16(0)
    state = Noise(b"Noise_XXpsk0+psk3_25519_ChaChaPoly_BLAKE2s", prologue)
    (guest_s, guest_e), (host_s, host_e) = guest, host
    # psk, e
    state.mix_psk(psk)
    state.mix_ephemeral(public(guest_e))
    first = public(guest_e) + state.seal(b"")
    # e, ee, s, es
    state.mix_ephemeral(public(host_e))
    state.mix_key(dh(host_e, public(guest_e)))
    second = public(host_e) + state.seal(public(host_s))
    state.mix_key(dh(host_s, public(guest_e)))
    second += state.seal(greeting)
    # s, se, psk
    third = state.seal(public(guest_s))
    state.mix_key(dh(guest_s, public(host_e)))
    state.mix_psk(psk)
    third += state.seal(greeting)
    return first, second, third, state.h, *state.hkdf(b"", 2)


def ready(random, name, clock, kind):
    """3.6"""
    extensions = b"\x01" + u16(8) + u64(clock) + b"\x03" + u16(1) + bytes([kind])
    return random + bytes([len(name)]) + name.encode() + u16(len(extensions)) + extensions


def frame(key, counter, body, changes_key=False):
    """3.7"""
    plain = bytes([changes_key]) + u16(len(body)) + body
    plain += bytes(-len(plain) % 64)
    return ChaCha20Poly1305(key).encrypt(counter_nonce(counter), plain, None)


def rekey(key):
    return ChaCha20Poly1305(key).encrypt(counter_nonce(2**64 - 1), bytes(32), None)[:32]


def compared(host_nonce, handshake_hash, guest_nonce):
    """4.5"""
    names = DOCUMENT.split("The 64 symbols are, from 0:\n\n")[1].split(".")[0].split(", ")
    require(len(set(names)) == 64, "64 symbols")
    string = kdf(host_nonce, "HFS1 sas", handshake_hash, guest_nonce)
    number = int.from_bytes(string, "big") >> (256 - 36)
    symbols = ", ".join(names[number >> (30 - 6 * n) & 63] for n in range(6))
    digits = f"{number:012}"
    return f"{symbols}; {digits[:4]} {digits[4:8]} {digits[8:]}"


# --- 5. Meeting again --------------------------------------------------------------------------

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def first_day(one_clock, other_clock):
    """5.1"""
    return max(min(one_clock, other_clock) // 86400 - 1, 0)


def finding_key(rs0, first, day):
    key = kdf(rs0, "HFS1 find")
    for _ in range(first, day):
        key = kdf(key, "HFS1 find day")
    return key


def rendezvous(f, place, side):
    """5.1: ufrag, password and private key of one side."""
    ice = kdf(f, "HFS1 again ice", place, bytes([side]))
    keys = (kdf(f, "HFS1 again dtls", place, bytes([side]), bytes([counter])) for counter in range(256))
    scalar = next(key for key in keys if 1 <= int.from_bytes(key, "big") < P256_ORDER)
    return base64_bare(ice[:8]), base64_bare(ice[8:26]), scalar


def greeting_cookie(f, place):
    """5.1"""
    return kdf(f, "HFS1 cookie", place)[:20]


def public_key_digest(scalar):
    """5.1: SHA-256 of the SubjectPublicKeyInfo."""
    key = ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1()).public_key()
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()


def handshake_again(prologue, psk, initiator, responder):
    """5.2, as in `handshake`."""
    (initiator_s, initiator_e), (responder_s, responder_e) = initiator, responder
    state = Noise(b"Noise_KKpsk0_25519_ChaChaPoly_BLAKE2s", prologue)
    state.mix_hash(public(initiator_s))
    state.mix_hash(public(responder_s))
    # psk, e, es, ss
    state.mix_psk(psk)
    state.mix_ephemeral(public(initiator_e))
    state.mix_key(dh(initiator_e, public(responder_s)))
    state.mix_key(dh(initiator_s, public(responder_s)))
    first = public(initiator_e) + state.seal(b"")
    # e, ee, se
    state.mix_ephemeral(public(responder_e))
    state.mix_key(dh(responder_e, public(initiator_e)))
    state.mix_key(dh(responder_e, public(initiator_s)))
    second = public(responder_e) + state.seal(b"\x01" + u32(0) + u16(0))
    return first, second, state.h, *state.hkdf(b"", 2)


def here_token(f, day, maker, salt, body):
    """5.5"""
    front = b"\x31" + u16(day) + kdf(f, "HFS1 here tag", maker, salt)[:4] + salt + bytes([len(body)])
    key = kdf(f, "HFS1 here key", maker, salt)
    return front + ChaCha20Poly1305(key).encrypt(bytes(12), body, front)
# --- 6. Logs -----------------------------------------------------------------------------------


def log_entry(kind, incarnation, sequence, lamport, time, body, blind, before, own_key):
    """6.2: the entry whole and erased, and its hash. It is about nothing and stays for good."""
    header = bytes([1, kind]) + incarnation + u64(sequence) + u64(lamport) + u64(time)
    header += u32(0) + b"\0" + u32(len(body))
    require(len(header) == 47, "length of a header")
    commitment = kdf(blind, "HFS1 body", body)
    hash_ = kdf(before, "HFS1 entry", header, commitment)
    own_tag = kdf(own_key, "HFS1 own entry", hash_)[:16]
    return header + b"\x01" + blind + body + own_tag, header + b"\0" + commitment + own_tag, hash_


def seal_bundle(day, finding, maker, salt, content):
    """6.7"""
    inside = u32(len(content)) + content
    inside += bytes(-len(inside) % 1024)
    front = b"\x51" + u16(day) + kdf(finding, "HFS1 bundle tag", maker, salt)[:4] + salt + u32(len(inside))
    key = kdf(finding, "HFS1 bundle key", maker, salt)
    return front + ChaCha20Poly1305(key).encrypt(bytes(12), inside, front)


# --- 7. Files ----------------------------------------------------------------------------------

GROUP = 16384
BLAKE3_IV = (
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
)
BLAKE3_ORDER = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
CHUNK_START, CHUNK_END, PARENT, ROOT_FLAG = 1, 2, 4, 8


def compress(value, block, counter, flags):
    words = [int.from_bytes(block.ljust(64, b"\0")[i : i + 4], "little") for i in range(0, 64, 4)]
    state = [*value, *BLAKE3_IV[:4], counter & 0xFFFFFFFF, counter >> 32, len(block), flags]

    def mix(a, b, c, d, x, y):
        for word, right, left in ((x, 16, 12), (y, 8, 7)):
            state[a] = (state[a] + state[b] + word) & 0xFFFFFFFF
            mixed = state[d] ^ state[a]
            state[d] = (mixed >> right | mixed << (32 - right)) & 0xFFFFFFFF
            state[c] = (state[c] + state[d]) & 0xFFFFFFFF
            mixed = state[b] ^ state[c]
            state[b] = (mixed >> left | mixed << (32 - left)) & 0xFFFFFFFF

    for _ in range(7):
        for column in range(4):
            mix(column, column + 4, column + 8, column + 12, *words[2 * column : 2 * column + 2])
        for diagonal in range(4):
            places = (4 + (diagonal + 1) % 4, 8 + (diagonal + 2) % 4, 12 + (diagonal + 3) % 4)
            mix(diagonal, *places, *words[8 + 2 * diagonal : 10 + 2 * diagonal])
        words = [words[place] for place in BLAKE3_ORDER]
    return [state[i] ^ state[i + 8] for i in range(8)]


def subtree(content, first=0, flags=0):
    """The value over some bytes that begin with this chunk of 1,024 bytes of the file."""
    if len(content) > 1024:
        middle = 1024
        while 2 * middle < len(content):
            middle *= 2
        children = subtree(content[:middle], first) + subtree(content[middle:], first + middle // 1024)
        value = compress(BLAKE3_IV, children, 0, PARENT | flags)
    else:
        blocks = [content[i : i + 64] for i in range(0, len(content), 64)] or [b""]
        value = BLAKE3_IV
        for number, block in enumerate(blocks):
            is_last = number + 1 == len(blocks)
            ends = CHUNK_START * (number == 0) | (CHUNK_END | flags) * is_last
            value = compress(value, block, first, ends)
    return b"".join(u32(word) for word in value)


def root_of(content):
    return subtree(content, 0, ROOT_FLAG)


def encoding(content, wanted, first=0, end=None):
    end = -(-len(content) // GROUP) if end is None else end
    if end - first == 1:
        return content[first * GROUP : end * GROUP]
    count = 1
    while 2 * count < end - first:
        count *= 2
    children = ((first, first + count), (first + count, end))
    values = [subtree(content[a * GROUP : b * GROUP], a * GROUP // 1024) for a, b in children]
    below = [encoding(content, wanted, a, b) for a, b in children if any(a <= n < b for n in wanted)]
    return b"".join(values + below)


def read_manifest(manifest):
    reader = Reader(manifest)
    require(reader.number(1) == 1, "the version")
    count = reader.number(4)
    require(count <= 100_000 and len(manifest) <= 1 << 24, "too much")
    entries, folders, folded = [], set(), set()
    for _ in range(count):
        kind = reader.number(1)
        require(kind <= 2, "the kind")
        path = reader.take(reader.number(2)).decode()
        parts = path.split("/")
        require(len(path.encode()) <= 4096 and len(parts) <= 64, "a long path")
        for part in parts:
            require(part not in ("", ".", "..") and len(part.encode()) <= 255, "a part of a path")
            require(not any(unicodedata2.category(c) == "Cc" for c in part), "a control character")
        require(len(parts) == 1 or "/".join(parts[:-1]) in folders, "a folder that is not there")
        nfc = unicodedata2.normalize("NFC", unicodedata2.normalize("NFC", path).casefold())
        require(nfc not in folded, "two paths that are one")
        folded.add(nfc)
        if kind == 0:
            folders.add(path)
        time = reader.number(8)
        entries.append((kind, path, time) + ((reader.number(8), reader.take(32)) if kind else ()))
    reader.end()
    paths = [entry[1].encode() for entry in entries]
    require(paths == sorted(paths), "the order")
    return entries


# --- 9. Rooms ----------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BASE_Y = 4 * pow(5, P - 2, P) % P


def edwards_x(y, sign):
    """RFC 8032, section 5.1.3"""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    require((x * x - square) % P == 0, "a point that is not on the curve")
    return P - x if x % 2 != sign else x


def edwards_add(a, b):
    cross = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + cross, P - 2, P)
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - cross, P - 2, P)
    return x % P, y % P


def edwards_times(scalar, point):
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = edwards_add(result, point)
        point = edwards_add(point, point)
        scalar >>= 1
    return result


BASE = (edwards_x(BASE_Y, 0), BASE_Y)


def edwards_bytes(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


class Signer:
    """9.1: Ed25519 with BLAKE2b-512"""

    def __init__(self, private):
        expanded = digest(private, 64)
        scalar = int.from_bytes(expanded[:32], "little")
        self.scalar = scalar & ~7 & (1 << 254) - 1 | 1 << 254
        self.prefix = expanded[32:]
        self.public = edwards_bytes(edwards_times(self.scalar, BASE))

    def sign(self, statement):
        number = lambda data: int.from_bytes(digest(data, 64), "little") % ORDER
        nonce = number(self.prefix + statement)
        point = edwards_bytes(edwards_times(nonce, BASE))
        challenge = number(point + self.public + statement)
        return point + ((nonce + challenge * self.scalar) % ORDER).to_bytes(32, "little")


def member_certificate(static_private, signer, salt):
    static = X25519PrivateKey.from_private_bytes(static_private).public_key()
    front = static.public_bytes(Encoding.Raw, PublicFormat.Raw) + signer.public + salt
    return front + signer.sign(b"handfast identity 1" + front)


# --- The checks --------------------------------------------------------------------------------

checked = 0


def agree(what, ours, theirs):
    global checked
    checked += 1
    if ours != theirs:
        sys.exit(f"{what}:\n  the document's rules give {ours!r}\n  but there stands         {theirs!r}")


def stated(what):
    """What stands behind `what: ` on a line of its own in the document."""
    found = re.findall(rf"^{re.escape(what)}: (.+)$", DOCUMENT, re.MULTILINE)
    if len(found) != 1:
        sys.exit(f"the document has {len(found)} lines that begin with {what!r}")
    return found[0]


def agree_hex(what, ours):
    agree(what, ours.hex(), stated(what))


def refuses(what, function, *arguments):
    try:
        function(*arguments)
    except (Refused, InvalidTag):
        agree(what, True, True)
    else:
        sys.exit(f"{what}: not refused")


def invitation_example():
    """1.10"""
    token = bytes.fromhex(stated("invitation"))
    fields = read_invitation(token)
    agree("S", fields["S"], counting(0, 16))
    agree("fingerprint", fields["fingerprint"], counting(0x20))
    agree("expiry", fields["expiry"], 0x1234)
    agree("name", (fields["name"], fields["question"]), ("Ana", None))
    agree("flags", (fields["can punch"], fields["browser"]), (True, None))
    candidates = [(bytes([192, 168, 1, 7]), 40123, False), (bytes([198, 18, 0, 5]), 40123, True)]
    agree("candidates", fields["candidates"], candidates)
    keys = InvitationKeys(fields["S"])
    agree_hex("invitation digest", digest(token))
    agree_hex("invite id", keys.invite_id)
    agree_hex("noise psk", keys.psk)
    agree_hex("reply key", keys.reply_key)
    agree("host ufrag", keys.host_ufrag, stated("host ufrag"))
    agree("host password", keys.host_password, stated("host password"))
    ufrag, ice_password = keys.guest(counting(0x40))
    agree("guest ufrag", ufrag, stated("guest ufrag"))
    agree("guest password", ice_password, stated("guest password"))
    for browser, ufrag, ice_password in (
        ("browser's knock", "rnWW", "h1wYalX/uX6eUNT0ffyalxKR"),
        ("knock with the longest password", "2ce53950", "27f8b851a910641c99e63d3d78f7b756"),
    ):
        first_half = keys.browser(counting(0x40), ufrag, ice_password)
        agree(browser, f"{first_half}:{ufrag}", stated(browser))
    body = counting(0x40) + b"\x01" + b"\x01" + bytes([1, 9]) + u16(50321)
    reply = seal_reply(keys, b"saltsalt", body)
    agree_hex("reply", reply)
    agree_hex("reply digest", digest(body))
    base = "https://handfast.example/#"
    agree("link", base + base64url(token), stated("invitation link"))
    agree("QR text", base + digits(token), stated("invitation QR text"))
    agree("bare text", "handfast:" + base64url(reply), stated("reply as bare text"))
    second = read_invitation(bytes.fromhex(stated("second invitation")))
    agree("second S", (second["S"], second["expiry"]), (counting(0xF0, 16), 0xFFFF))
    chosen = ("rnWW", "h1wYalX/uX6eUNT0ffyalxKR")
    agree("second flags", (second["can punch"], second["browser"]), (False, chosen))
    chosen = bytes.fromhex("2ce5395027f8b851a910641c99e63d3d78f7b756")
    browsers = seal_reply(InvitationKeys(second["S"]), b"saltsalt", counting(0x40) + b"\x00\x02" + chosen)
    agree_hex("browser's reply", browsers)
    agree("second question", (second["question"], second["name"]), ("Wer?", None))
    candidates = [
        (bytes([10, 1, 2, 3]), 5000, False),
        (bytes([172, 32, 0, 9]), 5000, True),
        (b"\xfd" + bytes(14) + b"\x07", 6000, False),
        ("1b4e28ba-2fa1-11d2-883f-0016d3cca427.local", 6000, False),
    ]
    agree("second candidates", second["candidates"], candidates)
    named = Reader(bytes.fromhex(stated("one named candidate")))
    agree("named candidate", read_candidates(named), [("my-phone.local", 6000, False)])
    named.end()
    return keys, token, body


def container_examples():
    """2.6"""
    front = b"HFS1" + bytes([3, 0, 0, 0]) + bytes(8) + counting(0x60)
    container = example("key", front, {"key": counting(0)}, "hello", "note.txt", "text/plain")
    agree_hex("chunk of the key example", picture_chunk(container))
    question = "What is the dog called?".encode()
    block = b"\x01" + u16(len(question)) + question
    front = b"HFS1" + bytes([3, 1, 1, 2]) + u32(19456) + bytes([1, 1]) + u16(len(block))
    front += counting(0x60) + block
    known = {"answers": ["Rex"], "code": counting(0x80, 16)}
    agree_hex("password of the answer example", password(2, **known))
    container = example("answer", front, known, "hello")
    agree_hex("key of the code 80 81 .. 8f", kdf(counting(0x80, 16), "HFS1 code key"))
    agree("container as text", container_text(container), stated("container as text"))


def example(which, front, known, content, name="", media_type=""):
    header, parsed = parse_header(front)
    agree("header", parsed, front)
    master = master_key(header, known)
    commitment, key = container_keys(front, master)
    inside = write_inside(header["kind"], content.encode(), name, media_type)
    container = front + commitment + seal_stream(key, inside)
    if "answers" in known:
        agree_hex(f"master of the {which} example", master)
    agree_hex(f"header of the {which} example", front)
    agree_hex(f"commitment of the {which} example", commitment)
    agree_hex(f"payload key of the {which} example", key)
    agree_hex(f"container of the {which} example", container)
    return container


def handshake_example(keys, invitation, reply_body):
    """3.13"""
    both = prologue(2, 0, keys, invitation, digest(reply_body), counting(0x20), counting(0x40))
    agree("length of the prologue", len(both), 158)
    agree_hex("prologue", both)
    guest, host = (counting(0x60), counting(0x80)), (counting(0xA0), counting(0xC0))
    first, second, third, hash_, guest_key, host_key = handshake(both, keys.psk, guest, host)
    agree("lengths", (len(first), len(second), len(third)), (48, 103, 71))
    agree_hex("first message", first)
    agree_hex("second message", second)
    agree_hex("third message", third)
    agree_hex("handshake hash", hash_)
    agree_hex("key of the guest's frames", guest_key)
    agree_hex("key of the host's frames", host_key)
    body = ready(counting(0xE0), "Ben", 1_795_000_000, 2)
    agree_hex("READY", body)
    agree_hex("frame 0", frame(guest_key, 0, body))
    agree_hex("frame 1", frame(guest_key, 1, b"\x01\0Hello", changes_key=True))
    agree_hex("frame 2", frame(rekey(guest_key), 2, b"\x09"))
    agree_hex("answer as password", password(2, ["Rex"], b""))
    agree_hex("commitment", kdf(counting(0x41), "HFS1 sas commit", hash_))
    agree("shown", compared(counting(0x41), hash_, counting(0x61)), stated("shown"))


def meeting_again_example():
    """5.9 and 5.10"""
    rs0, hour = counting(0), 498_612
    first, day = first_day(1_794_900_000, 1_794_900_030), hour // 24
    agree("days", (first, day), (20_773, 20_775))
    f = finding_key(rs0, first, day)
    agree_hex("finding key of the first day", finding_key(rs0, first, first))
    agree_hex("finding key of that hour", f)
    digests = []
    for side, who in ((1, "initiator"), (2, "responder")):
        ufrag, ice_password, scalar = rendezvous(f, u32(hour), side)
        agree(f"ufrag of the {who}", ufrag, stated(f"ufrag of the {who}"))
        agree(f"password of the {who}", ice_password, stated(f"password of the {who}"))
        agree_hex(f"private key of the {who}'s certificate", scalar)
        digests.append(public_key_digest(scalar))
        agree_hex(f"digest of the {who}'s public key", digests[-1])
    agree_hex("cookie of that hour", greeting_cookie(f, u32(hour)))
    agree_hex("restored secret", kdf(rs0, "HFS1 restored"))
    both = b"handfast-1\0\0\x04\0" + bytes(16 + 32 + 32) + digests[1] + digests[0]
    agree("length of the prologue", len(both), 158)
    agree_hex("prologue of the return", both)
    initiator, responder = (counting(0xA0), counting(0xC0)), (counting(0x60), counting(0x80))
    agree("who begins", public(initiator[0]) < public(responder[0]), True)
    m1, m2, hash_, initiator_key, responder_key = handshake_again(both, rs0, initiator, responder)
    agree("lengths", (len(m1), len(m2)), (48, 55))
    agree_hex("M1 of the return", m1)
    agree_hex("M2 of the return", m2)
    agree_hex("handshake hash of the return", hash_)
    agree_hex("READY of the initiator", frame(initiator_key, 0, ready(counting(0xE0), "Ben", 1_795_003_600, 2)))
    agree_hex("READY of the responder", frame(responder_key, 0, ready(counting(0), "Ana", 1_795_003_607, 1)))
    agree_hex("KEPT of the initiator", frame(initiator_key, 1, b"\x0e"))
    question = b"Our dog?"
    agree_hex("question", b"\x19" + question)
    agree_hex("sid of the question", kdf(hash_, "HFS1 question", u32(1), question))
    for kind, what in ((26, "answer"), (27, "expect"), (28, "proof of the answer"), (29, "match")):
        message = bytes.fromhex(stated(what))
        agree(what, (message[0], len(message)), (kind, 33))
    agree_hex("new secret", kdf(rs0, "HFS1 reconnect", counting(0xE0), counting(0), hash_))
    maker = public(initiator[0])
    body = u32(1_795_003_600 // 60) + b"\0" + b"\x01" + b"\x01" + bytes([1, 9]) + u16(50321)
    token = here_token(f, day, maker, b"saltsalt", body)
    agree_hex("here token", token)
    agree("here token as bare text", "handfast:" + base64url(token), stated("here token as bare text"))
    ufrag, ice_password, _ = rendezvous(f, b"saltsalt", 1)
    agree("ufrag after the here token", ufrag, stated("ufrag of the initiator after the token"))
    agree("password after the here token", ice_password, stated("password of the initiator after the token"))
    tag = kdf(f, "HFS1 here mdns", maker, counting(0xD0, 16), u32(hour), u16(50321))[:4]
    agree_hex("tag in the local network", tag)
def log_example():
    """6.8"""
    private, author = counting(0x60), public(counting(0x60))
    name = kdf(bytes(32), "HFS1 talk", *sorted([author, public(counting(0xA0))]))
    own_key = kdf(private, "HFS1 own log", name)
    incarnation = u32(1) + counting(0xC0, 8)
    beginning = kdf(name, "HFS1 log", author, incarnation)
    agree_hex("name of the conversation", name)
    agree_hex("beginning of the log", beginning)
    time = 1_790_000_000_000
    first, _, first_hash = log_entry(8, incarnation, 1, 1, time, b"\0", counting(0, 16), beginning, own_key)
    agree_hex("first entry", first)
    agree_hex("hash of the first entry", first_hash)
    text, blind = b"Hello", counting(0x10, 16)
    second, erased, hash_ = log_entry(1, incarnation, 2, 2, time + 1000, text, blind, first_hash, own_key)
    agree_hex("second entry", second)
    agree_hex("hash of the second entry", hash_)
    agree_hex("second entry, erased", erased)
    row = incarnation + u64(2) + hash_
    agree_hex("HEADS", b"\x12\x01" + row + b"\0")
    agree_hex("ENTRY", b"\x13\0\0" + first_hash + second)
    agree_hex("STORED", b"\x14\x01" + row)
    content = b"\0"
    for before, entry in ((beginning, first), (first_hash, second)):
        content += u32(33 + len(entry)) + b"\0" + before + entry
    bundle = seal_bundle(20717, counting(0x40), author, b"saltsalt", content)
    agree_hex("tag of the bundle", bundle[3:7])
    agree_hex("digest of the bundle, by BLAKE2b with 32 bytes", digest(bundle))


def file_example():
    agree("BLAKE3 of nothing", root_of(b"").hex()[:16], "af1349b9f5f9a1a6")
    content = bytes(i % 251 for i in range(40_000))
    root = root_of(content)
    source = b"\0" + root
    agree_hex("root of the file", root)
    agree_hex("want", b"\x15" + u32(1) + source + u64(1) + b"\x01")
    answer = encoding(content, [1])
    agree("the answer's last group", answer[128:], content[GROUP : 2 * GROUP])
    agree_hex("answer before its group", answer[:128])
    agree_hex("segment of the file", b"\x17" + u32(2) + u32(len(content)) + subtree(content))
    agree_hex("state of the file", b"\x20" + source + b"\x02" + u64(GROUP))
    entries = [b"\0" + u16(1) + b"a" + u64(1_700_000_000_000)]
    entries += [b"\1" + u16(3) + b"a/b" + u64(1_700_000_000_123) + u64(len(content)) + root]
    manifest = b"\1" + u32(2) + b"".join(entries)
    agree_hex("manifest", manifest)
    agree_hex("root of the manifest", root_of(manifest))
    agree("the manifest's files", read_manifest(manifest)[1][3:], (len(content), root))
    upside_down = b"\1" + u32(2) + b"".join(reversed(entries))
    refuses("a manifest out of order", read_manifest, upside_down)
    refuses("a manifest with bytes left over", read_manifest, manifest + b"\0")


def room_example():
    """9.8"""
    ana, ben = Signer(counting(0x00)), Signer(counting(0x40))
    certificate = member_certificate(counting(0x60), ana, counting(0x20))
    bens = member_certificate(counting(0xA0), ben, counting(0x80))
    agree_hex("signing key of the founder", ana.public)
    agree_hex("certificate of the founder", certificate)

    time = 1_790_000_000_000
    named = lambda name: bytes([len(name)]) + name
    founding = counting(0xD0, 16) + certificate + named(b"Garden") + bytes([1, 0]) + u32(5000) + u64(time)
    room = kdf(ana.public, "HFS1 room", founding)
    agree_hex("founding body", founding)
    agree_hex("room id", room)
    incarnation = u32(1) + counting(0xC0, 8)
    beginning = kdf(room, "HFS1 log", ana.public, incarnation)
    agree_hex("beginning of the founder's log", beginning)

    value = b"\x04Beans"
    commitment = kdf(counting(0x50, 16), "HFS1 value", value)
    path = b"beds/1"
    index = b"\0\x01" + u16(len(path)) + path + b"\x01" + u64(time << 16) + counting(0x70, 8)
    index += u64(0) + commitment + u32(len(value))
    agree_hex("value of the put", value)
    agree_hex("commitment of the value", commitment)
    agree_hex("index of the put", index)

    hashes, entries = [beginning], b""
    bodies = [(16, founding), (17, bens + named(b"Ben")), (1, b"Hello"), (34, index)]
    for place, (kind, body) in enumerate(bodies, 1):
        header = bytes([1, kind]) + incarnation + u64(place) + u64((time + 1000 * (place - 1)) << 16) + u32(0)
        about = ana.public + incarnation + u64(2) + hashes[2] if kind == 1 else b""
        header += (b"\x01" + about if about else b"\0") + u32(len(body))
        blind = counting(0x10 * (place - 1), 16)
        entries += header + b"\x01" + blind + body
        hashes.append(kdf(hashes[-1], "HFS1 entry", header, kdf(blind, "HFS1 body", body)))
    signature = ana.sign(b"handfast room entry 1" + room + hashes[4])
    agree_hex("hash of the founding entry", hashes[1])
    agree_hex("hash of the last entry", hashes[4])
    agree_hex("run of the founder", ana.public + beginning + b"\x04" + entries + signature)

    log = ana.public + incarnation
    row = log + u64(4) + hashes[4] + b"\0"
    rows = kdf(room, "HFS1 room heads", row)
    agree_hex("digest of the rows", rows)
    agree_hex("message ROOM", b"\x01" + room + rows)
    agree_hex("message HEADS", b"\x02\0\x01" + row)
    agree_hex("message WANT", b"\x03" + log + b"\0\x02" + u64(2) + hashes[2] + u64(1) + hashes[1])
    agree_hex("message ASK", b"\x06" + log + u64(4) + hashes[4] + u16(1) + u32(0))


def expected_content(content):
    (form, value), = content.items()
    if form == "hex":
        return bytes.fromhex(value)
    if form == "text":
        return value.encode()
    if form == "repeated":
        text, length = value["text"].encode(), value["bytes"]
        return (text * (length // len(text) + 1))[:length]
    blocks = (kdf(b"noise", "HFS1 test", u64(n)) for n in range(-(-value // 32)))
    return b"".join(blocks)[:value]


def frozen_containers():
    entries = json.loads((FROZEN / "containers.json").read_text())
    for entry in entries:
        path = FROZEN / entry["file"]
        container = from_container_text(path.read_text()) if path.suffix == ".txt" else path.read_bytes()
        code = bytes.fromhex(entry.get("code", ""))
        ways = [{"key": bytes.fromhex(entry["key"])}] if "key" in entry else [
            {"answers": typed, "code": code} for typed in (entry["answers"], entry.get("typed_otherwise")) if typed
        ]
        for known in ways:
            header, inside = open_container(container, known)
            agree(entry["file"], header["kind"], entry["kind"])
            agree(entry["file"], header["profile"], 0 if "key" in known else entry.get("profile", 1))
            agree(entry["file"], header["questions"], entry.get("questions", []))
            agree(entry["file"], header["cost"], entry.get("cost", [0, 0, 0]))
            agree(entry["file"], header["code"], int("code" in entry))
            about = (entry["codec"], entry.get("name", ""), entry.get("media_type", ""))
            agree(entry["file"], inside[:3], about)
            agree(f"content of {entry['file']}", inside[3], expected_content(entry["content"]))
        last = container[:-1] + bytes([container[-1] ^ 1])
        refuses(f"{entry['file']} with a changed bit", open_container, last, ways[0])
    return len(entries)


def frozen_answers():
    count = 0
    for profile, table in ((1, "answers.json"), (2, "answers-2.json")):
        write_down = PROFILES[profile]
        pairs = json.loads((FROZEN / table).read_text())
        for typed, normal in pairs:
            agree(f"answer {typed!r}, profile {profile}", write_down(typed), normal)
            agree(f"answer {typed!r}, profile {profile}, twice", write_down(normal), normal)
        for blank in ("", " \u200b", "\u3000\ufeff"):
            refuses("a blank answer", write_down, blank)
        refuses("a long answer", write_down, "a" * 513)
        count += len(pairs)
    return count


def main():
    keys, invitation, reply_body = invitation_example()
    container_examples()
    handshake_example(keys, invitation, reply_body)
    meeting_again_example()
    log_example()
    file_example()
    room_example()
    answers, containers = frozen_answers(), frozen_containers()
    print(f"docs/protocol.md holds: {checked} values agree,")
    print(f"among them {containers} frozen containers and {answers} frozen answers")


if __name__ == "__main__":
    main()
