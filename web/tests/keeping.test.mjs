// A page keeps whom it meets and what the two write, in each browser: over its end, in two tabs, and where a browser
// lets it keep nothing.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { bring as bringTo, press, reads, shows, write } from "./acts.mjs";
import { Host, NAMES, PATIENCE, browser, file, folder, hash, inSuite, look, run, saved, serve } from "./world.mjs";

/** The size of a large file, in bytes: more than one segment. */
const LARGE = 20 << 20;

let page;
before(async () => {
    page = await serve();
});
after(() => page.close());

/** Opens the page in a browser that has what it kept before. */
const reopen = (storage, how) => bringTo(storage, page.address, "#", how);

/** A host in this folder for as long as something is done with it and its link. */
async function with_host(home, what) {
    const host = new Host("--home", home, "--downloads", home);
    try {
        const { link } = await host.until("invitation");
        await what(host, link);
    } finally {
        await host.end();
    }
}

/** The page opens the link, and the two are together. */
async function meet(storage, host, link, how) {
    const tab = await bringTo(storage, page.address, link, how);
    await press(tab, "[data-screen=opened] button.filled");
    await shows(tab, "talking");
    await host.until("met");
    return tab;
}

/** Goes to the one person who is known. */
async function visit(tab) {
    await press(tab, ".people .person");
    await shows(tab, "apart");
}

/** How many rows there are in which something was said. */
const rows = (tab) => tab.$$eval(".ours, .theirs", (rows) => rows.length);

const until = (tab, what, ...values) => tab.waitForFunction(what, { timeout: PATIENCE }, ...values);

for (const name of NAMES) {
    describe(name, () => {
        const running = inSuite(name);

        /** A browser that has kept nothing yet. */
        async function with_storage(what) {
            const downloadBehavior = { policy: "allow", downloadPath: running().downloads };
            const storage = await running().createBrowserContext({ downloadBehavior });
            try {
                await what(storage);
            } finally {
                await storage.close();
            }
        }

        test("what two wrote is there when the page is opened again, and what is written then goes when they meet", () =>
            with_storage(async (storage) => {
                const home = folder();
                await with_host(home, async (host, link) => {
                    const tab = await bringTo(storage, page.address, link);
                    await shows(tab, "opened");
                    await tab.type("#name", "Ben");
                    await press(tab, "button.filled");
                    await host.until("met");
                    host.say("are you there?");
                    await reads(tab, "are you there?");
                    await write(tab, "I am");
                    assert.equal((await host.until("message")).text, "I am");
                    await until(tab, () => document.querySelector(".ours .ticks")?.textContent === "✓✓");
                    await look(tab, "kept");
                    await tab.close();
                });
                const again = await reopen(storage);
                await look(again, "people");
                await visit(again);
                await reads(again, "are you there?");
                await reads(again, "I am");
                await write(again, "I wait for you");
                await until(again, () => [...document.querySelectorAll(".ours .ticks")].at(-1)?.textContent === "✓");
                await look(again, "apart");
                await again.close();
                await with_host(home, async (host, link) => {
                    const tab = await bringTo(storage, page.address, link);
                    await shows(tab, "opened");
                    assert.equal(await tab.$eval("#name", (name) => name.value), "Ben");
                    await press(tab, "button.filled");
                    await shows(tab, "talking");
                    assert.equal((await host.until("message")).text, "I wait for you");
                    await until(tab, () => [...document.querySelectorAll(".ours .ticks")].every(({ textContent }) => textContent === "✓✓"));
                    assert.equal(await rows(tab), 3);
                    await tab.close();
                });
            }));

        test("what is written is answered, reacted to, changed and taken back, by both", () =>
            with_storage((storage) =>
                with_host(folder(), async (host, link) => {
                    const tab = await meet(storage, host, link);
                    tab.on("dialog", (dialog) => dialog.accept());
                    host.say("Tea or coffee?");
                    await reads(tab, "Tea or coffee?");
                    await press(tab, ".theirs .more");
                    await press(tab, ".theirs .about .button");
                    await write(tab, "Tee");
                    const { row } = await host.until("message");
                    await until(tab, () => document.querySelector(".ours blockquote")?.textContent === "Tea or coffee?");
                    await press(tab, ".ours .more");
                    await look(tab, "about a message");
                    await press(tab, ".ours .about .button:nth-of-type(2)");
                    await tab.$eval("#message", (text) => (text.value = ""));
                    await write(tab, "Tea");
                    const edited = await host.until("edited");
                    assert.deepEqual([edited.row, edited.ours, edited.text], [row, false, "Tea"]);
                    await reads(tab, "changed");
                    await press(tab, ".theirs .more");
                    await press(tab, ".theirs .about .symbol");
                    await until(tab, () => document.querySelector(".theirs .reactions")?.textContent === "👍");
                    host.say("/react ☕");
                    await until(tab, () => document.querySelector(".ours .reactions")?.textContent === "☕");
                    await press(tab, ".ours .more");
                    await press(tab, ".ours .about .button:last-of-type");
                    assert.equal((await host.until("taken_back")).row, row);
                    await reads(tab, "This was taken back");
                    assert.ok(!(await tab.evaluate(() => document.body.innerText)).includes("Tea\n"));
                }),
            ));

        test("a long history comes by pages, in its order", () =>
            with_storage(async (storage) => {
                await with_host(folder(), async (host, link) => {
                    const tab = await meet(storage, host, link);
                    for (let number = 1; number <= 120; number += 1) host.say(`line ${number}.`);
                    await reads(tab, "line 120.");
                    await tab.close();
                });
                const tab = await reopen(storage);
                await visit(tab);
                await reads(tab, "line 120.");
                while (!(await tab.evaluate(() => document.body.textContent.includes("line 1.")))) {
                    const before = await rows(tab);
                    await press(tab, ".day button");
                    await until(tab, (before) => document.querySelectorAll(".theirs").length > before, before);
                }
                const lines = await tab.$$eval(".theirs > p:nth-of-type(1)", (lines) => lines.map((line) => line.textContent));
                assert.deepEqual(lines, Array.from({ length: 120 }, (_, number) => `They: line ${number + 1}.`));
                if (await tab.$(".day button")) await tab.click(".day button");
                await until(tab, () => document.querySelector(".day button") === null);
            }));

        test("files go both ways between two who keep each other, and are equal", () =>
            with_storage((storage) =>
                with_host(folder(), async (host, link) => {
                    const [theirs, ours] = [file("from the program.bin", LARGE), file("from the page.bin", LARGE)];
                    const tab = await meet(storage, host, link);
                    host.say(`/send ${theirs}`);
                    await press(tab, ".theirs .file .tonal");
                    await reads(tab, "Received");
                    await tab.$$eval(".theirs .file .tonal", ([save]) => save.click());
                    assert.equal(hash(await saved(running().downloads, "from the program.bin", LARGE)), hash(theirs));
                    await (await tab.$("#file")).uploadFile(ours);
                    const { number } = await host.until("file_offered");
                    host.say(`/accept ${number}`);
                    const { path } = await host.until("file_received");
                    assert.equal(hash(path), hash(ours));
                    await reads(tab, "Delivered");
                    await (await tab.$("#file")).uploadFile(file("empty.txt", 0));
                    host.say(`/accept ${(await host.until("file_offered")).number}`);
                    assert.equal((await host.until("file_received")).bytes, 0);
                }),
            ));

        test("of two tabs one has the people, and the other says so", () =>
            with_storage(async (storage) => {
                const first = await reopen(storage);
                await shows(first, "start");
                const second = await reopen(storage);
                await reads(second, "Handfast is open in another tab");
                await look(second, "another tab");
                await first.close();
                await second.reload();
                await shows(second, "start");
                assert.ok(!(await second.evaluate(() => document.body.textContent.includes("another tab"))));
            }));

        test("where a browser keeps nothing, the page says so, and people meet all the same", () =>
            with_storage((storage) =>
                with_host(folder(), async (host, link) => {
                    const before = () => {
                        IDBFactory.prototype.open = () => {
                            throw new DOMException("", "SecurityError");
                        };
                    };
                    const first = await reopen(storage, { before });
                    await reads(first, "lets the page keep nothing");
                    await first.close();
                    const tab = await bringTo(storage, page.address, link, { before });
                    await shows(tab, "opened");
                    assert.equal(await tab.$("#keep"), null, "nobody is asked for what cannot be");
                    await press(tab, "button.filled");
                    await host.until("met");
                    await write(tab, "hello");
                    assert.equal((await host.until("message")).text, "hello");
                }),
            ));

        test("whoever is not to be kept is not", () =>
            with_storage((storage) =>
                with_host(folder(), async (host, link) => {
                    const tab = await bringTo(storage, page.address, link);
                    await press(tab, "#keep");
                    await press(tab, "button.filled");
                    await host.until("met");
                    await write(tab, "just once");
                    await reads(tab, "Nothing is kept here");
                    await tab.close();
                    const again = await reopen(storage);
                    await shows(again, "start");
                    assert.equal(await again.$(".people"), null);
                }),
            ));

        test("what a full storage does not take is given back, and not sent", () =>
            with_storage((storage) =>
                with_host(folder(), async (host, link) => {
                    const before = () => {
                        const { put } = IDBObjectStore.prototype;
                        IDBObjectStore.prototype.put = function (...values) {
                            if (globalThis.isFull) throw new DOMException("", "QuotaExceededError");
                            return put.apply(this, values);
                        };
                    };
                    const tab = await meet(storage, host, link, { before });
                    await write(tab, "this fits");
                    assert.equal((await host.until("message")).text, "this fits");
                    await until(tab, () => document.querySelector(".ours .ticks")?.textContent === "✓✓");
                    await tab.evaluate(() => (globalThis.isFull = true));
                    await write(tab, "this does not");
                    await shows(tab, "ended");
                    await reads(tab, "The storage is full.");
                    await tab.evaluate(() => (globalThis.isFull = false));
                    await press(tab, "button.filled");
                    await visit(tab);
                    assert.equal(await tab.$eval("#message", (text) => text.value), "this does not");
                    await tab.focus("#message");
                    await tab.keyboard.press("Enter");
                    await until(tab, () => [...document.querySelectorAll(".ours .ticks")].at(-1)?.textContent === "✓");
                }),
            ));

        test("a page moves to another browser and to the program and back, by a file and its code", () =>
            with_storage(async (storage) => {
                const home = folder();
                await with_host(folder(), async (host, link) => {
                    const tab = await meet(storage, host, link);
                    await write(tab, "take me along");
                    await host.until("message");
                    await tab.close();
                });
                const tab = await reopen(storage);
                await press(tab, ".people .chip");
                await shows(tab, "moving");
                await look(tab, "moving");
                await press(tab, "button.filled");
                await press(tab, "a.filled");
                const code = await tab.$eval("#code", (code) => code.textContent);
                const copy = await saved(running().downloads, "handfast-copy.handfast");
                const imported = await run("import", copy, "--home", home, "--code-file", Host.written("code.txt", code), "--json");
                assert.deepEqual([imported.event, imported.contacts], ["imported", 1]);
                const exported = await run("export", join(folder(), "back.handfast"), "--home", home, "--json");
                await with_storage(async (other) => {
                    const there = await reopen(other);
                    await shows(there, "start");
                    await (await there.$("#picture")).uploadFile(exported.path);
                    await shows(there, "moving");
                    await there.type("#code", "nothing");
                    await press(there, "button.filled");
                    await there.waitForSelector(".wrong", { timeout: PATIENCE });
                    await there.$eval("#code", (input) => (input.value = ""));
                    await there.type("#code", exported.code);
                    await press(there, "button.filled");
                    await reads(there, "1 person, with what was written");
                    await look(there, "moving in");
                    await press(there, ".handed button");
                    await visit(there);
                    await reads(there, "take me along");
                });
                rmSync(copy);
            }));

        test("what was damaged is not used and not written over, and the page goes on without", () =>
            with_storage(async (storage) => {
                const first = await reopen(storage);
                await shows(first, "start");
                const alter = (number) =>
                    new Promise((done, failed) => {
                        const asked = indexedDB.open("kept");
                        asked.onsuccess = () => {
                            const values = asked.result.transaction("values", "readwrite").objectStore("values");
                            const found = values.openCursor();
                            found.onsuccess = () => {
                                const { value } = found.result;
                                value[20] ^= number;
                                found.result.update(value).onsuccess = done;
                            };
                        };
                        asked.onerror = failed;
                    });
                await until(first, () => indexedDB.databases().then((all) => all.some(({ name }) => name === "kept")));
                await first.evaluate(alter, 1);
                await first.reload();
                await reads(first, "What this browser kept is damaged");
                await look(first, "damaged");
                await first.evaluate(alter, 1);
                await first.reload();
                await shows(first, "start");
                assert.ok(!(await first.evaluate(() => document.body.textContent.includes("is damaged"))));
            }));

        test("it is said in German, and nothing is cut off", () =>
            with_host(folder(), async (host, link) => {
                const german = await browser(name, "de-DE");
                try {
                    const tab = await meet(german, host, link);
                    await write(tab, "Hallo");
                    await host.until("message");
                    await tab.close();
                    const again = await reopen(german);
                    await look(again, "people in German");
                    await visit(again);
                    await look(again, "apart in German");
                    await press(again, ".ours .more");
                    await again.waitForSelector(".about", { timeout: PATIENCE });
                    await look(again, "about a message in German");
                } finally {
                    await german.close();
                }
            }));

        test("somebody is forgotten with all that was written", () =>
            with_storage(async (storage) => {
                await with_host(folder(), async (host, link) => {
                    const tab = await meet(storage, host, link);
                    await write(tab, "forget me");
                    await host.until("message");
                    await tab.close();
                });
                const tab = await reopen(storage);
                tab.on("dialog", (dialog) => dialog.accept());
                await visit(tab);
                await press(tab, ".head .button");
                await shows(tab, "start");
                await until(tab, () => document.querySelector(".people") === null);
                await tab.reload();
                await shows(tab, "start");
                assert.equal(await tab.$(".people"), null);
            }));
    });
}
