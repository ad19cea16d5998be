// A page meets the program, in each browser: by one scan, by a reply, through questions; and what it shows.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { bring as bringTo, camera, press, reads, shows, write } from "./acts.mjs";
import { Host, NAMES, PATIENCE, browser, file, hash, inSuite, look, saved, serve } from "./world.mjs";

const ANSWER = "Wilhelmina lantern 47";

/** The size of a large file, which is the most that a page takes where it has memory alone, in bytes. */
const LARGE = 64 << 20;

let page;
before(async () => {
    page = await serve();
});
after(() => page.close());

/** One picture of two, as base64. */
async function beside(pictures) {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [1280, 720];
    const drawing = canvas.getContext("2d");
    drawing.fillStyle = "white";
    drawing.fillRect(0, 0, 1280, 720);
    for (const [at, picture] of pictures.entries()) {
        const image = new Image();
        image.src = `data:image/png;base64,${picture}`;
        await image.decode();
        drawing.drawImage(image, 40 + 640 * at, 80, 560, 560);
    }
    return canvas.toDataURL("image/png").split(",")[1];
}

/** Goes on by the tabulator until something like this has the focus, or goes back by it. Who goes on beyond the last
 * thing of a page is in the browser around it. */
async function reach(tab, selector, isBack = false) {
    if (isBack) await tab.keyboard.down("Shift");
    for (let step = 0; ; step += 1) {
        if (await tab.evaluate((selector) => document.activeElement.matches(selector), selector)) break;
        if (step > 20) throw new Error(`no key leads to ${selector}`);
        await tab.keyboard.press("Tab");
    }
    if (isBack) await tab.keyboard.up("Shift");
}

const bring = (browser, link, how) => bringTo(browser, page.address, link, how);

/** The page opens the link, and the two are together. */
async function meet(browser, host, link) {
    const tab = await bring(browser, link);
    await press(tab, "[data-screen=opened] button.filled");
    await shows(tab, "talking");
    await host.until("met");
    return tab;
}

/** A host for as long as something is done with it and its link. */
async function with_host(options, what) {
    const host = new Host(...options);
    try {
        const { link } = await host.until("invitation");
        await what(host, link);
    } finally {
        await host.end();
    }
}

/** Options by which a host has its answer to a question. */
function guarded(kind, question) {
    const file = Host.file("answer.txt");
    writeFileSync(file, ANSWER);
    return [kind, question, "--answer-file", file];
}

for (const name of NAMES) {
    describe(name, () => {
        const running = inSuite(name);

        test("a page and the program meet by one scan, talk, and say goodbye", () =>
            with_host([], async (host, link) => {
                const asked = [];
                const tab = await bring(running(), link, { hears: (request) => asked.push(request.url().split("#")[0]) });
                await shows(tab, "opened");
                await look(tab, "opened");
                assert.equal(new URL(tab.url()).hash, "", "the token is gone from the address");
                await tab.type("#name", "Ben");
                await tab.click("button.filled");
                await shows(tab, "talking");
                const met = await host.until("met");
                assert.deepEqual([met.name, met.scans, met.trust], ["Ben", 1, "unverified"]);
                host.say("hello from the program");
                await reads(tab, "hello from the program");
                await write(tab, "hello from the page");
                assert.equal((await host.until("message")).text, "hello from the page");
                await look(tab, "talking");
                host.say("/quit");
                await shows(tab, "ended");
                await reads(tab, "They said goodbye.");
                await look(tab, "ended");
                const token = link.slice(link.indexOf("#") + 1);
                assert.ok(asked.length > 5 && !asked.some((url) => url.includes(token)), "the token was sent to nobody");
                // What stands in the page itself is not asked for.
                const others = asked.filter((url) => !url.startsWith(page.address) && !url.startsWith("data:"));
                assert.deepEqual(others, [], "nobody else was asked for anything");
            }));

        test("whoever has no app goes on as a guest when nothing opens", () =>
            with_host([], async (host, link) => {
                const tab = await bring(running(), link);
                await shows(tab, "opened");
                const token = link.slice(link.indexOf("#") + 1);
                assert.equal(await tab.$eval("a.tonal", (way) => way.getAttribute("href")), `handfast:${token}`);
                await tab.click("a.tonal");
                await new Promise((done) => setTimeout(done, 1_000));
                // A browser may ask whether another program is to be opened, in front of the page.
                await tab.$eval("[data-screen=opened] button.filled", (go) => go.click());
                await shows(tab, "talking");
                await host.until("met");
            }));

        test("on Android the app is named, and the token stays before the #", () =>
            with_host([], async (_host, link) => {
                const agent = "Mozilla/5.0 (Linux; Android 16; Pixel 9) Chrome/156.0.0.0 Mobile";
                const tab = await bring(running(), link, { agent });
                await shows(tab, "opened");
                const token = link.slice(link.indexOf("#") + 1);
                const way = await tab.$eval("a.tonal", (way) => way.getAttribute("href"));
                assert.equal(way, `intent:${token}#Intent;scheme=handfast;end`);
            }));

        test("a page says goodbye as everybody does", () =>
            with_host([], async (host, link) => {
                const tab = await bring(running(), link);
                await press(tab, "[data-screen=opened] button.filled");
                await shows(tab, "talking");
                await host.until("met");
                await write(tab, "that is all");
                tab.on("dialog", (dialog) => dialog.accept());
                await tab.click(".head button.plain");
                await shows(tab, "ended");
                assert.equal((await host.until("message")).text, "that is all");
                assert.equal((await host.until("ended")).reason, "peer_left");
            }));

        test("a question is asked until the answer is right, and both compare", () =>
            with_host(guarded("--ask", "What was our first dog called?"), async (host, link) => {
                const tab = await bring(running(), link);
                await press(tab, "[data-screen=opened] button.filled");
                await shows(tab, "asking");
                await reads(tab, "What was our first dog called?");
                await reads(tab, "3 answers left");
                await tab.type("#answer", "Rex");
                await tab.click("button.filled");
                await tab.waitForSelector(".wrong", { timeout: PATIENCE });
                await reads(tab, "2 answers left");
                await look(tab, "asking");
                await tab.type("#answer", ANSWER);
                await tab.click("button.filled");
                await shows(tab, "talking");
                assert.equal((await host.until("met")).trust, "answer_checked");
                host.say("/compare");
                await press(tab, ".above .tonal");
                await tab.waitForSelector(".digits", { timeout: PATIENCE });
                await look(tab, "comparing");
                const digits = await tab.$eval(".digits", (shown) => shown.textContent);
                const { digits: theirs } = await host.until("comparing");
                assert.equal(digits.replaceAll(" ", ""), String(theirs).replaceAll(/\D/g, ""));
                await tab.click(".comparison .filled");
                await tab.waitForSelector("h1 .icon", { timeout: PATIENCE });
                await reads(tab, "Verified: you both compared");
            }));

        test("a locked invitation opens by its answer alone", () =>
            with_host(guarded("--lock", "Where did we meet?"), async (host, link) => {
                const tab = await bring(running(), link);
                await shows(tab, "locked");
                await reads(tab, "Where did we meet?");
                await tab.type("#answer-0", "somewhere");
                await tab.click("button.filled");
                await tab.waitForSelector(".wrong", { timeout: PATIENCE });
                await look(tab, "locked");
                await tab.type("#answer-0", ANSWER.toUpperCase());
                await tab.click("button.filled");
                await press(tab, "[data-screen=opened] button.filled");
                await shows(tab, "talking");
                await host.until("met");
            }));

        test("files of 64 MiB go both ways, and are equal", () =>
            with_host([], async (host, link) => {
                const [theirs, ours] = [file("from the program.bin", LARGE), file("from the page.bin", LARGE)];
                const tab = await meet(running(), host, link);
                host.say(`/send ${theirs}`);
                await press(tab, ".theirs .file .tonal");
                await reads(tab, "Received");
                assert.equal((await host.until("file_sent")).bytes, LARGE);
                await press(tab, ".theirs .file .tonal");
                assert.equal(hash(await saved(running().downloads, "from the program.bin", LARGE)), hash(theirs));

                await (await tab.$("#file")).uploadFile(ours);
                const { number } = await host.until("file_offered");
                host.say(`/accept ${number}`);
                const { path } = await host.until("file_received");
                assert.equal(hash(path), hash(ours));
                await reads(tab, "Delivered");
                await look(tab, "files");
            }));

        test("a file is declined by either, and both are told", () =>
            with_host([], async (host, link) => {
                const tab = await meet(running(), host, link);
                host.say(`/send ${file("notes.txt", 5)}`);
                await tab.waitForSelector(".theirs .file .plain", { timeout: PATIENCE });
                await look(tab, "file offered");
                await tab.click(".theirs .file .plain");
                await reads(tab, "The file was declined.");
                assert.equal((await host.until("file_failed")).by_peer, true);
                await (await tab.$("#file")).uploadFile(file("reply.txt", 5));
                host.say(`/decline ${(await host.until("file_offered")).number}`);
                await tab.waitForFunction(() => document.querySelector(".ours .file")?.textContent === "The file was declined.", {
                    timeout: PATIENCE,
                });
                await write(tab, "I am still here");
                assert.equal((await host.until("message")).text, "I am still here");
            }));

        test("a file is stopped by either while it moves, and the talk goes on", () =>
            with_host([], async (host, link) => {
                const large = file("large.bin", LARGE);
                const tab = await meet(running(), host, link);
                host.say(`/send ${large}`);
                await press(tab, ".theirs .file .tonal");
                await tab.waitForSelector(".theirs progress", { timeout: PATIENCE });
                await press(tab, ".theirs .file .plain");
                await reads(tab, "Stopped.");
                assert.equal((await host.until("file_failed")).by_peer, true);
                await (await tab.$("#file")).uploadFile(large);
                const { number } = await host.until("file_offered");
                host.say(`/accept ${number}`);
                await host.until("file_progress");
                await press(tab, ".ours .file .plain");
                assert.equal((await host.until("file_failed")).by_peer, true);
                await write(tab, "I am still here");
                assert.equal((await host.until("message")).text, "I am still here");
            }));

        test("where a browser lets no page write, what is too large is refused before it comes", () =>
            with_host([], async (host, link) => {
                const before = () => {
                    delete globalThis.Worker;
                };
                const tab = await bring(running(), link, { before });
                await press(tab, "[data-screen=opened] button.filled");
                await host.until("met");
                host.say(`/send ${file("too large.bin", LARGE + 1)}`);
                await reads(tab, "This page takes files of up to 67.1 MB in this browser.");
                assert.equal((await host.until("file_failed")).by_peer, true);
                const small = file("small.bin", 1_000_000);
                host.say(`/send ${small}`);
                await press(tab, ".theirs .file .tonal");
                await reads(tab, "Received");
                await press(tab, ".theirs .file .tonal");
                assert.equal(hash(await saved(running().downloads, "small.bin", 1_000_000)), hash(small));
            }));

        test("a host that does not answer is asked for a scan of the reply", async () => {
            let link;
            await with_host([], async (_host, its) => (link = its));
            const tab = await bring(running(), link);
            await press(tab, "[data-screen=opened] button.filled");
            await shows(tab, "reply_needed");
            await tab.waitForSelector("img.code", { timeout: PATIENCE });
            const width = await tab.$eval("img.code", async (code) => {
                await code.decode();
                return code.naturalWidth;
            });
            assert.ok(width > 20, "the code is drawn");
            await look(tab, "reply needed");
        });

        test("an invitation is read in a picture and in a file", async () => {
            const [png, raw] = [Host.file(`${name}.png`), Host.file(`${name}.handfast`)];
            await with_host(["--png", png, "--file", raw], async (host) => {
                for (const path of [raw, png]) {
                    const tab = await bring(running(), "#");
                    await (await tab.waitForSelector("#picture", { timeout: PATIENCE })).uploadFile(path);
                    await shows(tab, "opened");
                    await reads(tab, "It came through something else");
                    if (path === raw) continue;
                    await tab.click("button.filled");
                    await shows(tab, "talking");
                    await host.until("met");
                }
            });
        });

        test("of several codes in a picture, and of several links in a text, the person chooses", () =>
            with_host(["--png", Host.file(`${name} one.png`)], (one, link) =>
                with_host(["--name", "Zoë", "--png", Host.file(`${name} other.png`)], async (other, otherLink) => {
                    const tab = await bring(running(), "#");
                    const codes = ["one", "other"].map((which) => readFileSync(Host.file(`${name} ${which}.png`), "base64"));
                    const both = await tab.evaluate(beside, codes);
                    const png = Host.file(`${name} both.png`);
                    writeFileSync(png, Buffer.from(both, "base64"));
                    await (await tab.waitForSelector("#picture", { timeout: PATIENCE })).uploadFile(png);
                    await shows(tab, "choosing");
                    await look(tab, "choosing");
                    const names = await tab.$$eval("button.tonal", (choices) => choices.map((choice) => choice.textContent));
                    assert.deepEqual(names.toSorted(), ["Invitation of Mira", "Invitation of Zoë"]);
                    await tab.click(`button.tonal:nth-of-type(${names.indexOf("Invitation of Zoë") + 1})`);
                    await shows(tab, "opened");
                    await reads(tab, "Zoë");
                    await tab.click("button.plain");
                    await shows(tab, "ended");
                    await tab.click("button.filled");
                    await tab.waitForSelector("#token", { timeout: PATIENCE });
                    await tab.type("#token", `${otherLink} ${link}`);
                    await tab.click("button.filled");
                    await shows(tab, "choosing");
                    await tab.click("button.tonal:nth-of-type(2)");
                    await press(tab, "[data-screen=opened] button.filled");
                    await shows(tab, "talking");
                    await one.until("met");
                }),
            ));

        test("what holds no invitation is said to hold none, and the page goes on", async () => {
            const [cut, text] = [Host.file(`${name} cut.png`), Host.file(`${name}.txt`)];
            writeFileSync(cut, Buffer.from("89504e470d0a1a0a0000", "hex"));
            writeFileSync(text, "What we agreed on at noon.");
            const tab = await bring(running(), "#");
            const picked = await tab.waitForSelector("#picture", { timeout: PATIENCE });
            await picked.uploadFile(cut);
            await reads(tab, "This is not a picture that can be opened.");
            await picked.uploadFile(text);
            await reads(tab, "There is no invitation in there.");
            await look(tab, "start");
        });

        test("what the camera sees is opened, and the camera is off then", async () => {
            const png = Host.file(`${name} seen.png`);
            await with_host(["--png", png], async (host) => {
                const tab = await bring(running(), "#", { before: camera, shown: readFileSync(png, "base64") });
                await press(tab, "#scan");
                await shows(tab, "scanning");
                await tab.waitForFunction(() => document.querySelector("video").videoWidth > 0, { timeout: PATIENCE });
                await look(tab, "scanning");
                await tab.evaluate(() => (globalThis.isCovered = false));
                await shows(tab, "opened");
                await reads(tab, "You scanned it yourself");
                assert.equal(await tab.evaluate(() => globalThis.track.readyState), "ended");
                await tab.click("button.filled");
                await shows(tab, "talking");
                await host.until("met");
            });
        });

        test("whoever lets the page have no camera is told what else there is", async () => {
            const tab = await bring(running(), "#", {
                before: () => {
                    navigator.mediaDevices.getUserMedia = async () => {
                        throw new DOMException("", "NotAllowedError");
                    };
                },
            });
            await press(tab, "#scan");
            await reads(tab, "Without the camera you can paste a link or choose a picture.");
            await tab.click("button.plain");
            await tab.waitForSelector("#token", { timeout: PATIENCE });
        });

        test("the keyboard alone suffices", () =>
            with_host([], async (host, link) => {
                const tab = await bring(running(), link);
                await shows(tab, "opened");
                await reach(tab, "button.filled");
                await tab.keyboard.press("Enter");
                await shows(tab, "talking");
                await host.until("met");
                await reach(tab, "#message");
                await tab.keyboard.type("by keys");
                await tab.keyboard.press("Enter");
                assert.equal((await host.until("message")).text, "by keys");
                host.say(`/send ${file("keys.bin", 1_000)}`);
                await tab.waitForSelector(".theirs .file .tonal", { timeout: PATIENCE });
                await reach(tab, ".theirs .file .tonal", true);
                await tab.keyboard.press("Enter");
                await reads(tab, "Received");
                // Saving shows something of the browser itself, which has the keys from then on.
                await reach(tab, ".theirs .file .tonal");
                tab.on("dialog", (dialog) => dialog.accept());
                await reach(tab, ".head .plain", true);
                await tab.keyboard.press("Enter");
                await shows(tab, "ended");
                await reach(tab, "button.filled");
                await tab.keyboard.press("Enter");
                await tab.waitForSelector("#token", { timeout: PATIENCE });
            }));

        test("it is said in German, and nothing is cut off", async () => {
            const german = await browser(name, "de-DE");
            try {
                await with_host(guarded("--ask", "Wie hieß unser erster Hund?"), async (host, link) => {
                    const tab = await bring(german, link);
                    await shows(tab, "opened");
                    await reads(tab, "möchte direkt mit dir reden");
                    await look(tab, "opened in German");
                    await tab.click("button.filled");
                    await shows(tab, "asking");
                    await look(tab, "asking in German");
                    await tab.type("#answer", ANSWER);
                    await tab.click("button.filled");
                    await shows(tab, "talking");
                    host.say(`/send ${file("Die Unterlagen für Montag.bin", 1_000)}`);
                    await tab.waitForSelector(".theirs .file .tonal", { timeout: PATIENCE });
                    await look(tab, "talking in German");
                });
            } finally {
                await german.close();
            }
        });

        test("what is no invitation is said to be none", async () => {
            const tab = await bring(running(), "#");
            await tab.waitForSelector("#token", { timeout: PATIENCE });
            await tab.type("#token", "hello");
            await tab.click("button.filled");
            await reads(tab, "There is no invitation in there.");
        });
    });
}
