// What is otherwise than usual: a browser that cannot, may not, or is inside another app; and what the page says then.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { bring as bringTo, picker, press, reads, shows, write } from "./acts.mjs";
import { Guest, Host, NAMES, PATIENCE, browser, file, inSuite, look, saved, serve } from "./world.mjs";

let page;
before(async () => {
    page = await serve();
});
after(() => page.close());

async function with_host(what) {
    const host = new Host();
    try {
        const { link } = await host.until("invitation");
        await what(host, link);
    } finally {
        await host.end();
    }
}

/** The page on a host that sends no headers, and a page of another one that frames it. */
async function plain_host() {
    const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };
    const server = createServer(({ url, headers }, answer) => {
        if (url === "/framing") {
            const page = `http://127.0.0.1:${headers.host.split(":")[1]}/index.html`;
            return answer.writeHead(200, { "Content-Type": "text/html" }).end(`<iframe src="${page}"></iframe>`);
        }
        const path = join(process.env.HANDFAST_PAGE, url);
        if (!existsSync(path)) return answer.writeHead(404).end();
        answer.writeHead(200, { "Content-Type": types[extname(url)] ?? "text/plain" });
        answer.end(readFileSync(path));
    });
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    return { framing: `http://localhost:${server.address().port}/framing`, close: () => server.close() };
}

for (const name of NAMES) {
    describe(name, () => {
        const running = inSuite(name);

        const bring = (link, how) => bringTo(running(), page.address, link, how);

        test("where a browser makes no connections, that is said, and locked files open", () =>
            with_host(async (_host, link) => {
                const before = () => delete globalThis.RTCPeerConnection;
                const tab = await bring("#", { before });
                await tab.waitForSelector("#lock", { timeout: PATIENCE });
                await reads(tab, "This browser makes no direct connections");
                await look(tab, "no connections");
                await tab.click("#invite");
                await tab.waitForSelector(".notice", { timeout: PATIENCE });
                await press(tab, "#lock");
                await shows(tab, "locking");
                const guest = await bring(link, { before });
                await press(guest, "[data-screen=opened] button.filled");
                await reads(guest, "This browser makes no direct connections");
                await shows(guest, "opened");
            }));

        test("a browser that compiles nothing is said to be too old", async () => {
            const tab = await bring("#", { before: () => delete globalThis.WebAssembly });
            await reads(tab, "This browser is too old for that.");
        });

        test("where not all of the page comes, that is said", async () => {
            const before = () => {
                const { fetch } = globalThis;
                globalThis.fetch = (what, ...more) => (String(what).endsWith(".wasm") ? Promise.reject(new TypeError()) : fetch(what, ...more));
            };
            const tab = await bring("#", { before });
            await reads(tab, "Not all of this page has come.");
        });

        test("inside another app, a browser of its own is advised, and the token stays for it", () =>
            with_host(async (host, link) => {
                const agent = "Mozilla/5.0 (Linux; Android 16; Pixel 9; wv) AppleWebKit/537.36 Version/4.0 Chrome/156.0.0.0 Mobile Safari/537.36";
                const tab = await bring(link, { agent });
                await shows(tab, "opened");
                await reads(tab, "This is the browser inside another app");
                assert.equal(new URL(tab.url()).hash, link.slice(link.indexOf("#")));
                await look(tab, "inside an app");
                await press(tab, "[data-screen=opened] button.filled");
                await shows(tab, "talking");
                await host.until("met");
            }));

        test("inside another page it does nothing", async () => {
            const host = await plain_host();
            try {
                const tab = await running().newPage();
                await tab.goto(host.framing);
                const frame = await (await tab.waitForSelector("iframe")).contentFrame();
                await frame.waitForFunction(() => document.body?.textContent.includes("This page stands inside another one"), { timeout: PATIENCE });
                assert.equal(await frame.$("#token"), null);
            } finally {
                host.close();
            }
        });

        test("a page that was put aside and comes back says that the conversation is over", () =>
            with_host(async (host, link) => {
                const tab = await bring(link);
                await press(tab, "[data-screen=opened] button.filled");
                await shows(tab, "talking");
                await host.until("met");
                await tab.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
                await shows(tab, "ended");
                await reads(tab, "The connection was lost");
            }));

        test("an invitation that was put aside comes back in another form, and leads here", async () => {
            const tab = await bring("#");
            await press(tab, "#invite");
            await tab.waitForSelector("fieldset", { timeout: PATIENCE });
            await tab.click("button.filled");
            await shows(tab, "hosting");
            await tab.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
            await reads(tab, "This is your invitation in another form.");
        });

        test("a reply is saved as a picture, and read from it", async () => {
            let link;
            await with_host(async (_host, its) => (link = its));
            const tab = await bring(link);
            await press(tab, "[data-screen=opened] button.filled");
            await shows(tab, "reply_needed");
            await press(tab, ".chips .chip:first-child");
            const picture = await saved(running().downloads, "handfast.png");
            const other = await bring("#");
            await press(other, "#invite");
            await other.waitForSelector("fieldset", { timeout: PATIENCE });
            await other.click("button.filled");
            await shows(other, "hosting");
            await (await other.$("#picture")).uploadFile(picture);
            await reads(other, "This answers another invitation");
        });

        test("a file that came is saved where the person says", () =>
            with_host(async (host, link) => {
                const tab = await bring(link, { before: picker });
                await press(tab, "[data-screen=opened] button.filled");
                await host.until("met");
                host.say(`/send ${file("picked.bin", 3_000)}`);
                await press(tab, ".theirs .file .tonal");
                await reads(tab, "Received");
                await press(tab, ".theirs .file .tonal");
                await tab.waitForFunction(
                    async () => {
                        const here = await navigator.storage.getDirectory();
                        const picked = await here.getFileHandle("picked.bin").catch(() => undefined);
                        return (await picked?.getFile())?.size === 3_000;
                    },
                    { timeout: PATIENCE },
                );
            }));
    });
}

describe("Chromium as it may be", () => {
    test("one that lets no page change its descriptions meets the program, in both roles", async () => {
        const running = await browser("chromium", "en-US", ["--force-fieldtrials=WebRTC-NoSdpMangleUfrag/Enabled/"]);
        try {
            await with_host(async (host, link) => {
                const tab = await bringTo(running, page.address, link);
                await press(tab, "[data-screen=opened] button.filled");
                await shows(tab, "talking");
                await host.until("met");
                await write(tab, "as it is");
                assert.equal((await host.until("message")).text, "as it is");
            });
            const before = () => {
                navigator.clipboard.writeText = async (text) => void (globalThis.copied = text);
            };
            const tab = await bringTo(running, page.address, "#", { before });
            await press(tab, "#invite");
            await tab.waitForSelector("fieldset", { timeout: PATIENCE });
            await tab.click("button.filled");
            await shows(tab, "hosting");
            await press(tab, ".handed .chip:last-child");
            const guest = new Guest(await tab.evaluate(() => globalThis.copied));
            try {
                const { link: reply } = await guest.until("reply");
                await tab.type("#reply", reply);
                await tab.click(".taking form .tonal");
                await guest.until("met");
                await shows(tab, "talking");
            } finally {
                await guest.end();
            }
        } finally {
            await running.close();
        }
    });

    test("one that asks before a page reaches the local network: that is said, and once it is allowed the two meet", async () => {
        const port = new URL(page.address).port;
        const running = await browser("chromium", "en-US", [
            "--enable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebRTC",
            `--ip-address-space-overrides=127.0.0.1:${port}=public`,
        ]);
        try {
            await with_host(async (host, link) => {
                const tab = await bringTo(running, page.address, link);
                await press(tab, "[data-screen=opened] button.filled");
                // It is said where nobody is heard for a while.
                const said = await tab.waitForSelector(".warning:not([hidden])", { timeout: PATIENCE });
                assert.match(await said.evaluate((said) => said.textContent), /whether the page may reach devices in your network/);
                await look(tab, "local network");
                const session = await tab.createCDPSession();
                const origin = new URL(page.address).origin;
                for (const permission of ["localNetworkAccess", "localNetwork"]) {
                    await session.send("Browser.grantPermissions", { origin, permissions: [permission] }).catch(() => {});
                }
                await shows(tab, "talking");
                await host.until("met");
            });
        } finally {
            await running.close();
        }
    });
});
