// The page as one file, opened from the disk: with an invitation inside, with nothing inside, and with a locked file.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { press, shows } from "./acts.mjs";
import { Host, NAMES, PATIENCE, inSuite } from "./world.mjs";

const ANSWER = "Wilhelmina lantern 47";
/** Where a page could phone: in the network of the browser, so that nothing is in its way. */
const ADDRESS = "10.77.0.1";

/** Locks a file into a page; gives the page and the code. */
function lock(name, content) {
    const [file, page, answer] = [Host.file(name), Host.file(`${name}.page.html`), Host.file("answer.txt")];
    writeFileSync(file, content);
    writeFileSync(answer, ANSWER);
    const options = ["-q", "What was it?", "--answer-file", answer, "--code", "--html", "-o", page, "--json"];
    const told = execFileSync(process.env.HANDFAST_PROGRAM, ["seal", file, ...options], { encoding: "utf8" });
    const lines = told.trim().split("\n").map((line) => JSON.parse(line));
    return { page, code: lines.find((line) => line.event === "sealed").code };
}

/** Whoever listens for a page that phones, as a server and as a server of names. */
async function listen() {
    const heard = [];
    const server = createServer((socket) => {
        socket.on("error", () => {});
        socket.once("data", (data) => {
            heard.push(String(data).split("\r\n")[0]);
            socket.end("HTTP/1.1 204 No Content\r\n\r\n");
        });
        heard.push("connection");
    });
    await new Promise((done) => server.listen(0, ADDRESS, done));
    const { port } = server.address();
    const names = createSocket("udp4", (question) => {
        if (question.includes("phoned")) heard.push("name");
    });
    await new Promise((done) => names.bind(53, "127.0.0.1", done));
    const stun = createSocket("udp4", () => heard.push("stun"));
    await new Promise((done) => stun.bind(port, ADDRESS, done));
    const close = () => {
        server.close();
        names.close();
        stun.close();
    };
    return { heard, target: `${ADDRESS}:${port}`, close };
}

for (const name of NAMES) {
    describe(name, () => {
        const running = inSuite(name);

        async function open(file) {
            const tab = await running().newPage();
            await tab.goto(`file://${file}`);
            return tab;
        }

        async function unlock({ page, code }) {
            const tab = await open(page);
            await shows(tab, "sealed");
            await tab.type("#asked-0", ANSWER);
            await tab.type("#asked-1", code);
            await tab.click("button.filled");
            await shows(tab, "unsealed");
            return tab;
        }

        test("a file with an invitation inside connects", async () => {
            const file = Host.file(`invited-${name}.html`);
            const host = new Host("--html", file);
            try {
                await host.until("invitation");
                const tab = await open(file);
                await press(tab, "[data-screen=opened] button.filled");
                await shows(tab, "talking");
                await host.until("met");
                await tab.type("#message", "out of a file");
                await tab.keyboard.press("Enter");
                assert.equal((await host.until("message")).text, "out of a file");
            } finally {
                await host.end();
            }
        });

        test("the same file without one takes what is pasted", async () => {
            const host = new Host();
            try {
                const { link } = await host.until("invitation");
                const tab = await open(`${process.env.HANDFAST_PAGE}/handfast.html`);
                await tab.waitForSelector("#token", { timeout: PATIENCE });
                await tab.type("#token", link);
                await tab.click("button.filled");
                await press(tab, "[data-screen=opened] button.filled");
                await shows(tab, "talking");
                await host.until("met");
            } finally {
                await host.end();
            }
        });

        test("a locked file opens in its own page by answer and code, and is what it was", async () => {
            const tab = await open(lock(`letter-${name}.txt`, "see you at eight").page);
            await shows(tab, "sealed");
            await tab.type("#asked-0", ANSWER);
            await tab.type("#asked-1", "no code");
            await tab.click("button.filled");
            await tab.waitForFunction(() => document.querySelector(".wrong")?.textContent !== "", { timeout: PATIENCE });
            const opened = await unlock(lock(`notes-${name}.txt`, "see you at nine"));
            assert.equal(await opened.$eval("h1", (title) => title.textContent), `notes-${name}.txt`);
            await opened.click(".sealed_look");
            await opened.waitForSelector("pre.seen", { timeout: PATIENCE });
            assert.equal(await opened.$eval("pre.seen", (seen) => seen.textContent), "see you at nine");
        });

        test("a page in a locked file is looked at, and phones nobody", async () => {
            const hostile = readFileSync(new URL("hostile.html", import.meta.url), "utf8");
            const { heard, target, close } = await listen();
            try {
                const page = hostile.replaceAll("TARGET", target);
                const tab = await unlock(lock(`hostile-${name}.html`, page));
                await tab.click(".sealed_look");
                const shown = await tab.waitForSelector("iframe.seen", { timeout: PATIENCE });
                const frame = await shown.contentFrame();
                await frame.waitForSelector("h1", { timeout: PATIENCE });
                assert.equal(await frame.$eval("h1", (title) => title.textContent), "What the page says");
                await new Promise((done) => setTimeout(done, 3_000));
                assert.deepEqual(heard, [], "nobody heard of it");
                await shows(tab, "unsealed");
                // The same page as it was does phone, by connection and by name.
                const naked = Host.file(`naked-${name}.html`);
                writeFileSync(naked, page.replace(/<base.*>|<meta.*>/g, "").replaceAll(/<script>[^]*?<\/script>/g, ""));
                const other = await running().newPage();
                await other.goto(`file://${naked}`, { waitUntil: "domcontentloaded" });
                const end = Date.now() + PATIENCE;
                while (!heard.includes("connection") || !heard.includes("name")) {
                    assert.ok(Date.now() < end, `only heard: ${heard}`);
                    await new Promise((done) => setTimeout(done, 100));
                }
            } finally {
                close();
            }
        });
    });
}
