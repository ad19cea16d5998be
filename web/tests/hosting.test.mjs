// A page invites: the program and another page join it, by a reply that comes back through the camera or as a text.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bring, camera, press, reads, shows, write } from "./acts.mjs";
import { Guest, Host, NAMES, PATIENCE, browser, inSuite, look, serve } from "./world.mjs";

const ANSWER = "Wilhelmina lantern 47";

let page;
before(async () => {
    page = await serve();
});
after(() => page.close());

/** A page that invites, as the options of [`bring`] say, and the link that it shows. */
async function invites(browser, { guard = "open", ...how } = {}) {
    const tab = await bring(browser, page.address, "#", how);
    await tab.waitForSelector("#token", { timeout: PATIENCE });
    await tab.evaluate(() => {
        navigator.clipboard.writeText = async (text) => void (globalThis.copied = text);
    });
    await tab.click("#invite");
    await tab.waitForSelector(`[value=${guard}]`, { timeout: PATIENCE });
    await tab.type("#name", "Ana");
    if (guard !== "open") {
        await tab.click(`[value=${guard}]`);
        await tab.type("#question", "What was our first dog called?");
        await tab.type("#answer", ANSWER);
        await look(tab, `inviting, ${guard}`);
    }
    await tab.click("button.filled");
    await shows(tab, "hosting");
    return { tab, link: await copied(tab) };
}

/** The link that a page hands out. */
async function copied(tab) {
    await press(tab, ".handed .chip:last-child");
    return tab.evaluate(() => globalThis.copied);
}

/** A guest for as long as something is done with it, and the reply that it shows. */
async function with_guest(link, options, what) {
    const guest = new Guest(link, ...options);
    try {
        const { link: reply } = await guest.until("reply");
        await what(guest, reply);
    } finally {
        await guest.end();
    }
}

/** By which a guest answers what it is asked. */
function answering() {
    const file = Host.file("answer.txt");
    writeFileSync(file, ANSWER);
    return ["--answer-file", file];
}

async function hand_in(tab, reply) {
    await tab.type("#reply", reply);
    await tab.click(".taking form .tonal");
}

/** Opens the link in a page and agrees: the reply that the page shows. */
async function joins(browser, link) {
    const tab = await bring(browser, page.address, link);
    await tab.evaluate(() => {
        navigator.clipboard.writeText = async (text) => void (globalThis.copied = text);
    });
    await press(tab, "[data-screen=opened] button.filled");
    await shows(tab, "reply_needed");
    // What is on the screen may be drawn anew meanwhile.
    await tab.$eval(".chips .chip:last-child", (copy) => copy.click());
    return { tab, reply: await tab.evaluate(() => globalThis.copied) };
}

for (const name of NAMES) {
    describe(name, () => {
        const running = inSuite(name);

        const ways = {
            "npm run dev": ["node", fileURLToPath(new URL("../demo/serve.mjs", import.meta.url))],
            "demo --browser": [process.env.HANDFAST_PROGRAM, "demo", "--browser"],
        };
        for (const [way, [program, ...options]] of Object.entries(ways)) {
            test(`two pages side by side meet by themselves: ${way}`, async () => {
                const server = spawn(program, [...options, "--json"]);
                try {
                    const [line] = await once(createInterface({ input: server.stdout }), "line");
                    const tab = await running().newPage();
                    await tab.goto(JSON.parse(line).address);
                    await reads(tab, "They have met.");
                    const [ana, ben] = tab.frames().slice(1);
                    await write(ana, "hello from Ana", tab.keyboard);
                    await reads(ben, "hello from Ana");
                } finally {
                    server.kill();
                }
            });
        }

        test("the program joins a page by a reply that is pasted, and both talk", async () => {
            const { tab, link } = await invites(running());
            await look(tab, "hosting");
            await with_guest(link, [], async (guest, reply) => {
                await hand_in(tab, reply);
                await shows(tab, "talking");
                const met = await guest.until("met");
                assert.deepEqual([met.name, met.scans], ["Ana", 2]);
                await reads(tab, "Ben");
                guest.say("hello from the program");
                await reads(tab, "hello from the program");
                await write(tab, "hello from the page");
                assert.equal((await guest.until("message")).text, "hello from the page");
                tab.on("dialog", (dialog) => dialog.accept());
                await tab.click(".head button.plain");
                await shows(tab, "ended");
                assert.equal((await guest.until("ended")).reason, "peer_left");
            });
        });

        test("a reply is seen by the camera, which is on from the start and off once they are here", async () => {
            const { tab, link } = await invites(running(), { before: camera });
            await tab.waitForFunction(() => document.querySelector("video").videoWidth > 0, { timeout: PATIENCE });
            await look(tab, "hosting with a camera");
            const png = Host.file(`${name} reply.png`);
            await with_guest(link, ["--reply-png", png], async (guest) => {
                await tab.evaluate((png) => globalThis.hold(png), readFileSync(png, "base64"));
                await tab.evaluate(() => (globalThis.isCovered = false));
                await shows(tab, "talking");
                assert.equal((await guest.until("met")).scans, 2);
                assert.equal(await tab.evaluate(() => globalThis.track.readyState), "ended");
                await reads(tab, "you scanned their screen");
            });
        });

        test("who is asked by a page answers it, and both compare", async () => {
            const { tab, link } = await invites(running(), { guard: "asked" });
            await with_guest(link, answering(), async (guest, reply) => {
                await hand_in(tab, reply);
                await shows(tab, "talking");
                await guest.until("met");
                await reads(tab, "Answer checked");
                guest.say("/compare");
                await press(tab, ".above .tonal");
                await tab.waitForSelector(".digits", { timeout: PATIENCE });
                const digits = await tab.$eval(".digits", (shown) => shown.textContent);
                const { digits: theirs } = await guest.until("comparing");
                assert.equal(digits.replaceAll(" ", ""), String(theirs).replaceAll(/\D/g, ""));
                await tab.click(".comparison .filled");
                await reads(tab, "Verified: you both compared");
            });
        });

        test("a page locks its invitation, which opens by the answer", async () => {
            const { tab, link } = await invites(running(), { guard: "locked" });
            await with_guest(link, answering(), async (guest, reply) => {
                await hand_in(tab, reply);
                await shows(tab, "talking");
                await guest.until("met");
                await reads(tab, "they opened a locked invitation");
            });
        });

        test("what answers another invitation is said to do so, and the right one is taken afterwards", async () => {
            const { tab, link } = await invites(running());
            const other = await invites(running());
            await tab.bringToFront();
            await with_guest(other.link, [], (_, reply) => hand_in(tab, reply));
            await reads(tab, "This answers another invitation.");
            await hand_in(tab, link);
            await reads(tab, "This is not what is needed here.");
            await with_guest(link, [], async (guest, reply) => {
                await hand_in(tab, reply);
                await shows(tab, "talking");
                await guest.until("met");
            });
        });

        for (const other of NAMES) {
            test(`a page in ${other} joins this one`, async () => {
                const theirs = await browser(other);
                try {
                    const { tab, link } = await invites(running());
                    const { tab: guest, reply } = await joins(theirs, link);
                    await hand_in(tab, reply);
                    await shows(tab, "talking");
                    await shows(guest, "talking");
                    await write(tab, "from page to page");
                    await reads(guest, "from page to page");
                    await write(guest, "and back");
                    await reads(tab, "and back");
                } finally {
                    await theirs.close();
                }
            });
        }

        test("whoever goes away before they are here is followed by somebody with the next form", async () => {
            const { tab, link } = await invites(running());
            let gone;
            await with_guest(link, [], (_, reply) => (gone = reply));
            await hand_in(tab, gone);
            await reads(tab, "This is your invitation in another form.");
            await look(tab, "hosting anew");
            const next = await copied(tab);
            assert.notEqual(next, link);
            await with_guest(next, [], async (guest, reply) => {
                await hand_in(tab, reply);
                await shows(tab, "talking");
                await guest.until("met");
            });
        });

        test("a page that is loaded anew goes on with its invitation in another form, and says that the one before is dead", async () => {
            const { tab, link } = await invites(running());
            await tab.reload();
            await shows(tab, "hosting");
            await reads(tab, "This is your invitation in another form.");
            await tab.evaluate(() => {
                navigator.clipboard.writeText = async (text) => void (globalThis.copied = text);
            });
            const next = await copied(tab);
            assert.notEqual(next, link);
            await with_guest(next, [], async (guest, reply) => {
                await hand_in(tab, reply);
                await shows(tab, "talking");
                assert.equal((await guest.until("met")).name, "Ana");
            });
            // What was said is gone with the page, and so is the invitation.
            await tab.reload();
            await tab.waitForSelector("#token", { timeout: PATIENCE });
            assert.equal(await tab.evaluate(() => sessionStorage.length), 0);
        });

        test("a locked invitation of a page that is loaded anew is said to be dead", async () => {
            const { tab } = await invites(running(), { guard: "locked" });
            await tab.reload();
            await reads(tab, "The locked invitation does not connect any more.");
            await look(tab, "hosting locked anew");
        });

        test("a guest that is loaded anew goes on, by the same certificate", async () => {
            const host = new Host();
            try {
                const { link } = await host.until("invitation");
                const tab = await bring(running(), page.address, link);
                await shows(tab, "opened");
                await tab.type("#name", "Ben");
                // Nobody answers before the page is loaded anew.
                host.process.kill("SIGSTOP");
                await tab.click("button.filled");
                await shows(tab, "reply_needed");
                await tab.reload();
                await shows(tab, "reply_needed");
                host.process.kill("SIGCONT");
                await shows(tab, "talking");
                assert.equal((await host.until("met")).name, "Ben");
            } finally {
                await host.end();
            }
        });

        test("a copy of the tab of an invitation begins with nothing", async () => {
            const { tab } = await invites(running());
            const kept = await tab.evaluate(() => sessionStorage.getItem("waiting"));
            assert.ok(kept !== null);
            const before = (kept) => sessionStorage.setItem("waiting", kept);
            const other = await bring(running(), page.address, "#", { before, shown: kept });
            await other.waitForSelector("#token", { timeout: PATIENCE });
            await new Promise((done) => setTimeout(done, 3_000));
            assert.equal(await other.$eval("main", (main) => main.dataset.screen), "start");
            await tab.bringToFront();
            await shows(tab, "hosting");
        });

        test("a page that invites in German says everything in German", async () => {
            const german = await browser(name, "de-DE");
            try {
                const { tab } = await invites(german, { guard: "asked" });
                await reads(tab, "Lass diese Seite offen.");
                await look(tab, "hosting in German");
            } finally {
                await german.close();
            }
        });
    });
}
