// A site that embeds Handfast: its example page of two people, what it is told, and what it cannot do.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { after, before, describe, test } from "node:test";
import { Guest, Host, NAMES, PATIENCE, file, hash, inSuite, look } from "./world.mjs";

const EMBED = join(process.env.HANDFAST_PAGE, "..", "embed");

/** What a strict site allows: nothing but its own, and what is compiled. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/** The site, at a name of this machine. */
async function site() {
    const server = createServer(({ url }, answer) => {
        const path = normalize(new URL(url, "http://site").pathname).replace(/\/$/, "/index.html");
        try {
            const content = readFileSync(join(EMBED, path));
            answer.writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "text/plain", "Content-Security-Policy": POLICY });
            answer.end(content);
        } catch {
            answer.writeHead(404).end();
        }
    });
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    const host = `127.0.0.1:${server.address().port}`;
    return { host, address: `http://${host}/`, close: () => server.close() };
}

let at;
before(async () => {
    at = await site();
});
after(() => at.close());

/** Something inside the element, once it is there. A page behind another one draws nothing, and is asked all the same. */
async function inside(tab, selector) {
    const find = (selector) => document.querySelector("handfast-connect").shadowRoot.querySelector(selector);
    try {
        return (await tab.waitForFunction(find, { timeout: PATIENCE, polling: 100 }, selector)).asElement();
    } catch (cause) {
        const said = await tab.evaluate(() => document.querySelector("handfast-connect").shadowRoot.textContent);
        throw new Error(`no ${selector}, but: ${said}`, { cause });
    }
}

const press = async (tab, selector) => (await inside(tab, selector)).click();
const reads = (tab, text) =>
    tab.waitForFunction((text) => document.querySelector("handfast-connect").shadowRoot.textContent.includes(text), { timeout: PATIENCE, polling: 100 }, text);

for (const name of NAMES) {
    describe(name, () => {
        const running = inSuite(name);

        /** The example page, with what stands behind the `#` of a link. `faults` hears what goes wrong in it. */
        async function open(fragment = "", faults = []) {
            const tab = await running().newPage();
            // No site has to have a picture for its tab.
            const hears = (text) => !text.includes("favicon") && faults.push(text);
            tab.on("pageerror", ({ message }) => hears(message));
            tab.on("console", (line) => line.type() === "error" && hears(line.text()));
            await tab.goto(at.address + fragment);
            return tab;
        }

        /** A page without the element, in which `connect` is called. */
        async function script() {
            const tab = await open();
            await tab.evaluate(async () => {
                Object.assign(globalThis, await import("./handfast.js"));
                globalThis.told = [];
                globalThis.hear = (talk) => {
                    for (const name of ["invitation", "reply", "question", "open", "message", "file", "problem", "end"]) {
                        talk.addEventListener(name, ({ detail }) => globalThis.told.push({ name, detail }));
                    }
                    globalThis.talk = talk;
                };
            });
            return tab;
        }

        const told = async (tab, name) => {
            const found = await tab.waitForFunction((name) => globalThis.told.find((one) => one.name === name)?.detail, { timeout: PATIENCE }, name);
            return found.jsonValue();
        };

        test("somebody who is invited by the program is told of as embedded there, and both talk", async () => {
            const host = new Host();
            const faults = [];
            try {
                const { link } = await host.until("invitation");
                const tab = await open(link.slice(link.indexOf("#")), faults);
                assert.equal(new URL(tab.url()).hash, "", "the token is gone from the address");
                await press(tab, ".filled");
                const met = await host.until("met");
                assert.deepEqual(met.client, { kind: "embedded", site: at.host });
                await reads(tab, at.host);
                const hostile = "<img src=x onerror='globalThis.harmed = true'>";
                host.say(hostile);
                await reads(tab, hostile);
                await look(tab, "embedded");
                await (await inside(tab, "#message")).type("hello from a site");
                await press(tab, ".filled");
                assert.equal((await host.until("message")).text, "hello from a site");
                const theirs = file("theirs.bin", 40_000);
                host.say(`/send ${theirs}`);
                await press(tab, ".accept");
                await host.until("file_sent");
                await inside(tab, ".save");
                await (await inside(tab, "#file")).uploadFile(theirs);
                host.say(`/accept ${(await host.until("file_offered")).number}`);
                assert.equal(hash((await host.until("file_received")).path), hash(theirs));
                await press(tab, ".leave");
                assert.equal((await host.until("ended")).reason, "peer_left");
                await inside(tab, ".back_home");
                assert.equal(await tab.evaluate(() => globalThis.harmed), undefined);
                assert.deepEqual(faults, [], "the policy of a strict site is kept");
            } finally {
                await host.end();
            }
        });

        test("a page of two people: one invites, and the other comes by the link", async () => {
            const one = await open();
            await press(one, ".web_invite");
            const link = await (await inside(one, "input[readonly]")).evaluate((field) => field.value);
            assert.ok(link.startsWith(at.address), link);
            const other = await open(link.slice(link.indexOf("#")));
            await press(other, ".filled");
            const reply = await (await inside(other, "input[readonly]")).evaluate((field) => field.value);
            await one.bringToFront();
            await (await inside(one, "#reply")).evaluate((field, reply) => (field.value = reply), reply);
            await press(one, ".filled");
            await (await inside(one, "#message")).type("we are two");
            await press(one, ".filled");
            await other.bringToFront();
            await reads(other, "we are two");
        });

        test("a script invites the program, which answers what is asked", async () => {
            const tab = await script();
            await tab.evaluate(async () => globalThis.hear(await globalThis.connect({ ask: { question: "Where?", answer: "in the harbour" } }, { name: "Site" })));
            const { link } = await told(tab, "invitation");
            const answer = Host.file("harbour.txt");
            writeFileSync(answer, "in the harbour");
            const guest = new Guest(link, "--answer-file", answer);
            try {
                const { link: reply } = await guest.until("reply");
                await tab.evaluate((reply) => globalThis.talk.takeReply(reply), reply);
                const met = await guest.until("met");
                assert.deepEqual([met.name, met.client?.kind], ["Site", "embedded"]);
                assert.equal((await told(tab, "open")).name, "Ben");
                guest.say("here I am");
                assert.equal((await told(tab, "message")).text, "here I am");
                await tab.evaluate(() => globalThis.talk.send("and I"));
                assert.equal((await guest.until("message")).text, "and I");
            } finally {
                await guest.end();
            }
        });

        test("whatever a site hands in, it is told what is wrong, and nothing is executed", async () => {
            const faults = [];
            const tab = await open("#<script>globalThis.harmed = 1</script>", faults);
            await press(tab, ".filled");
            await reads(tab, "There is no invitation in there.");
            const said = await tab.evaluate(async () => {
                const { connect } = await import("./handfast.js");
                const all = [
                    "",
                    "javascript:alert(1)",
                    "\u0000\u202e",
                    "A".repeat(3_000_000),
                    undefined,
                    null,
                    7,
                    { ask: null },
                    { ask: { question: 1, answer: {} } },
                    { ask: { question: "<img src=x onerror=alert(1)>", answer: "" } },
                    { ask: { question: "\u202e".repeat(99), answer: "x" } },
                    JSON.parse('{"__proto__": {"polluted": 1}, "ask": {"question": "", "answer": ""}}'),
                ];
                const said = [];
                for (const one of all) said.push(await connect(one).then(() => "taken", ({ message }) => message));
                for (const options of [{ base: "javascript:alert(1)" }, { base: "\u0000" }]) {
                    said.push(await connect({}, options).then(() => "taken", ({ message }) => message));
                }
                const named = await connect({}, { name: "<b>\u202e".repeat(1_000) });
                named.answer(Symbol.iterator.description, "{}");
                named.take(Number.NaN);
                named.decline(-1);
                named.takeReply("A".repeat(2_000_000));
                named.send("nobody is there");
                named.close();
                return said;
            });
            assert.ok(!said.includes("taken"), said.join("\n"));
            assert.ok(said.every((sentence) => /^[^<>]+$/.test(sentence)), said.join("\n"));
            assert.ok(await tab.evaluate(() => globalThis.harmed === undefined && {}.polluted === undefined));
        });
    });
}
