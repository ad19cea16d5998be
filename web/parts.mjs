// What each crate weighs in a compiled module that still has its names: `node parts.mjs MODULE.wasm`. Beside the
// bytes of its code stands how much smaller all code would be on its way to a browser without them.

import { readFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";

/** A crate with less code is one of the others, in bytes. */
const LEAST = 15_000;
/** Those to which the code of others belongs that is generic. */
const STANDARD = new Set(["core", "alloc", "std"]);

const bytes = readFileSync(process.argv[2]);
let at = 8;

function number() {
    let [value, shift] = [0, 0];
    for (;;) {
        const byte = bytes[at++];
        value += (byte & 127) * 2 ** shift;
        if (byte < 128) return value;
        shift += 7;
    }
}

function text() {
    const length = number();
    at += length;
    return bytes.toString("utf8", at - length, at);
}

const [functions, names] = [[], new Map()];
let [imported, constant] = [0, 0];
/** What stands in each section, by its number (WebAssembly, 5.5). */
const sections = {
    0: (end) => {
        if (text() !== "name") return;
        while (at < end) {
            const kind = bytes[at++];
            const behind = number() + at;
            if (kind === 1) for (let left = number(); left > 0; left--) names.set(number(), text());
            at = behind;
        }
    },
    // Each import is a function: what else a module could want, a page does not give.
    2: () => {
        imported = number();
    },
    10: () => {
        for (let left = number(); left > 0; left--) {
            const length = number();
            functions.push(bytes.subarray(at, at + length));
            at += length;
        }
    },
    11: (end) => {
        constant = end - at;
    },
};
while (at < bytes.length) {
    const kind = bytes[at++];
    const end = number() + at;
    sections[kind]?.(end);
    at = end;
}

/** The crate that a symbol belongs to, as both manglings of Rust name it. */
function crateOf(symbol) {
    const counted = [...symbol.matchAll(/^_ZN(\d+)|Cs[0-9A-Za-z]+_(\d+)_?/g)].map((match) => {
        const begin = match.index + match[0].length;
        return symbol.slice(begin, begin + Number(match[1] ?? match[2]));
    });
    const quoted = [...symbol.matchAll(/\$([a-z]\w*?)\.\./g)].map(([, crate]) => crate);
    const crates = [...counted.filter((crate) => !crate.startsWith("_$")), ...quoted];
    return crates.find((crate) => !STANDARD.has(crate)) ?? crates[0] ?? "bindings";
}

const crates = new Map();
functions.forEach((code, index) => {
    const crate = crateOf(names.get(index + imported) ?? "");
    crates.set(crate, [...(crates.get(crate) ?? []), code]);
});

const compressed = (parts) =>
    brotliCompressSync(Buffer.concat(parts), { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 22 } }).length;
const whole = compressed(functions);
const weighed = [...crates].map(([crate, codes]) => ({ crate, codes, raw: codes.reduce((sum, code) => sum + code.length, 0) }));
weighed.sort((one, other) => other.raw - one.raw);
const line = (raw, less, name) => console.log(`${String(raw).padStart(8)}  ${String(less).padStart(8)}  ${name}`);
console.log("    code  compressed");
for (const { crate, codes, raw } of weighed.filter(({ raw }) => raw >= LEAST)) {
    const own = new Set(codes);
    line(raw, whole - compressed(functions.filter((code) => !own.has(code))), crate);
}
line(weighed.filter(({ raw }) => raw < LEAST).reduce((sum, { raw }) => sum + raw, 0), "", "other crates");
line(constant, "", "constants and tables");
