"""What a library for phones consists of: the bytes of each part, as figures for table.py.

    library_parts.py LIBRARY    one that still has its symbols

Functions and named tables are counted under the part that their names belong to. What has no name
(constants, unwind tables, relocations) is the remainder, so that all lines together are the size of
the stripped library.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

# Crates by what a person gets from them. Whatever is in no list is the remainder of Rust.
PARTS = {
    "connection and its cryptography": (
        "rtc_ice rtc_dtls rtc_stun rtc_shared rtc_crypto rtc_sctp sansio rcgen ring rustls webpki yasna"
        " x509_parser der_parser asn1_rs oid_registry nom p256 elliptic_curve quinn_udp socket2 if_addrs"
        " rtc_mdns aes aes_gcm ccm ghash sha1 untrusted tokio mio rustls_pki_types pem time bytes"
    ),
    "locking and recognising each other": (
        "argon2 chacha20 chacha20poly1305 poly1305 blake2 snow curve25519_dalek zeroize subtle zstd"
        " zstd_safe zstd_sys icu_normalizer icu_casemap icu_properties icu_provider icu_collections"
        " icu_locale_core zerovec zerotrie tinystr utf8_iter"
    ),
    "codes and pictures": (
        "rxing rqrr qrcode image image_webp png zune_jpeg zune_core fdeflate flate2 miniz_oxide encoding_rs"
        " gif weezl crc32fast lru g2p regex regex_automata regex_syntax fancy_regex aho_corasick multimap chrono num_bigint"
        " num_integer moxcms pxfm"
    ),
    "store": "rusqlite hashlink fallible_iterator fallible_streaming_iterator",
    "bindings": "uniffi uniffi_core",
    "our own crates": "handfast_core handfast_native handfast_net handfast_store handfast_protocol handfast_seal handfast_qr handfast_token",
}
# Functions written in C and assembly have no path.
FOREIGN = {
    "store": r"sqlite3",
    "locking and recognising each other": r"^(ZSTD|HUF|FSE|HIST|XXH|ZSTDMT|POOL|COVER|ERR)_",
    "connection and its cryptography": r"ring_core|ecp_nistz|p256|p384|x25519|bn_|aes_|ChaCha20_|GFp_|gcm_|sha\d+_|vpaes|poly1305",
}
REMAINDER = "other crates and the standard library"

part_of_crate = {crate: part for part, crates in PARTS.items() for crate in crates.split()}


def part_of(symbol, neighbour):
    """The part of a demangled symbol, where the part of the one before it is `neighbour`."""
    if "::" in symbol:
        # `<a::B as c::D>::e` belongs to a; so does what is generic over other crates.
        crates = re.findall(r"\b([a-z_][a-z0-9_]*)::", symbol)
        known = (part_of_crate[crate] for crate in crates if crate in part_of_crate)
        return next(known, REMAINDER)
    of_its_name = (part for part, pattern in FOREIGN.items() if re.search(pattern, symbol))
    # What a C file keeps to itself has any name, and lies beside what it has to offer.
    return next(of_its_name, neighbour)


def named_bytes(library):
    command = ["nm", "--print-size", "--numeric-sort", "--demangle", "--defined-only", library]
    listing = subprocess.run(command, capture_output=True, text=True, check=True)
    sizes, seen, part = {}, set(), REMAINDER
    for line in listing.stdout.splitlines():
        fields = line.split(" ", 3)
        # A symbol without a size is a place, and one without room in the file weighs nothing.
        if len(fields) < 4 or fields[2] in "bB" or fields[0] in seen:
            continue
        seen.add(fields[0])
        part = part_of(fields[3], part)
        sizes[part] = sizes.get(part, 0) + int(fields[1], 16)
    return sizes


def stripped_bytes(library):
    with tempfile.TemporaryDirectory() as folder:
        stripped = os.path.join(folder, "stripped")
        subprocess.run(["strip", "--strip-all", "-o", stripped, library], check=True)
        return os.path.getsize(stripped)


def figure(name, size, limit=None):
    megabytes = size / 1e6
    goal = {"at_most": limit} if limit else None
    met = megabytes <= limit if limit else None
    values = {key: megabytes for key in ("median", "min", "max")}
    print(json.dumps({"name": name, **values, "unit": "MB", "goal": goal, "met": met}))


library = sys.argv[1]
total, sizes = stripped_bytes(library), named_bytes(library)
figure("library for phones, stripped, this machine", total, 9)
for part in [*PARTS, REMAINDER]:
    figure(f"  {part}", sizes.get(part, 0))
figure("  constants, unwind tables, relocations", total - sum(sizes.values()))
