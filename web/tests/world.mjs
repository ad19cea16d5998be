// What the tests of the page play with: browsers, and the program as the other person and as the page's host.

import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { launch } from "puppeteer-core";

/** Everything has four times the time that it takes on a machine with nothing else to do. */
export const PATIENCE = 60_000;

const FILES = mkdtempSync(join(tmpdir(), "handfast-page-"));
process.on("exit", () => rmSync(FILES, { recursive: true, force: true }));

const BROWSERS = {
    chromium: {
        browser: "chrome",
        executablePath: "/usr/bin/chromium",
        args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    },
    firefox: { browser: "firefox", executablePath: "/usr/bin/firefox-esr", args: [] },
};

export const NAMES = Object.keys(BROWSERS);

/** A browser with nothing in it, and the folder in which it saves what a person saves. */
export async function browser(name, language = "en-US") {
    const { args, ...options } = BROWSERS[name];
    const downloads = mkdtempSync(join(FILES, "downloads-"));
    const running = await launch({
        ...options,
        headless: true,
        protocolTimeout: PATIENCE,
        timeout: PATIENCE,
        downloadBehavior: { policy: "allow", downloadPath: downloads },
        args: name === "chromium" ? [...args, `--lang=${language}`, `--accept-lang=${language}`] : args,
        extraPrefsFirefox: {
            "intl.accept_languages": language,
            "browser.download.folderList": 2,
            "browser.download.dir": downloads,
        },
    });
    return Object.assign(running, { downloads });
}

/** Ways in which a page is looked at: how wide in CSS pixels, how large its texts are, in which colours. */
const LOOKS = [
    ["light", 412, 1, "light"],
    ["dark", 412, 1, "dark"],
    ["narrow", 360, 1, "light"],
    ["large", 412, 2, "dark"],
];

/** Keeps pictures of a screen for whoever looks at them, and makes sure that nothing of it is cut off. */
export async function look(tab, name) {
    const folder = join(process.env.HANDFAST_PAGE, "..", "web-screens");
    mkdirSync(folder, { recursive: true });
    // Firefox is not told colours and sizes this way.
    if (!(await tab.browser().version()).includes("Chrom")) return;
    for (const [kind, width, text, colours] of LOOKS) {
        await tab.setViewport({ width, height: 800 });
        await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: colours }]);
        await tab.evaluate((text) => (document.documentElement.style.fontSize = `${text * 100}%`), text);
        await tab.screenshot({ path: join(folder, `${name} ${kind}.png`) });
        const beyond = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (beyond > 0) throw new Error(`${name} is ${beyond} pixels too wide where it is ${kind}`);
    }
    await tab.evaluate(() => document.documentElement.removeAttribute("style"));
    await tab.setViewport({ width: 800, height: 800 });
}

/** A file with this name and so many bytes, which no other is like. */
export function file(name, bytes) {
    const path = join(mkdtempSync(join(FILES, "file-")), name);
    writeFileSync(path, randomBytes(bytes));
    return path;
}

/** By what two files are compared. */
export function hash(path) {
    return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Waits until there is a whole file in a folder. Its path. */
export async function saved(folder, name, bytes) {
    const path = join(folder, name);
    for (const end = Date.now() + PATIENCE; Date.now() < end; await new Promise((wake) => setTimeout(wake, 100))) {
        if (existsSync(path) && statSync(path).size === bytes) return path;
    }
    throw new Error(`${name} was never saved`);
}

/** The program as the one who invites, in its own network. Its lines are told in order. */
export class Host {
    #lines = [];
    #wake = () => {};
    #folder = mkdtempSync(join(FILES, "home-"));

    constructor(...options) {
        const program = process.env.HANDFAST_PROGRAM;
        const home = ["--home", this.#folder, "--downloads", this.#folder];
        const command = [program, "invite", "--json", "--link-only", "--name", "Mira", "--no-stun", "--no-port-mapping"];
        const all = ["netns", "exec", process.env.HANDFAST_PEER_NETWORK, ...command, ...home, ...options];
        this.process = spawn("ip", all, { stdio: ["pipe", "pipe", "inherit"] });
        createInterface({ input: this.process.stdout }).on("line", (line) => {
            this.#lines.push(JSON.parse(line));
            this.#wake();
        });
    }

    /** A file that only the tests know. */
    static file(name) {
        return join(FILES, name);
    }

    /** The next thing of this kind that it tells. What comes before is passed over. */
    async until(event) {
        const end = Date.now() + PATIENCE;
        for (;;) {
            const line = this.#lines.shift();
            if (line?.event === event) return line;
            if (line !== undefined) continue;
            if (Date.now() > end) throw new Error(`the host never told ${event}`);
            await new Promise((wake) => {
                this.#wake = wake;
                setTimeout(wake, 500);
            });
        }
    }

    say(line) {
        this.process.stdin.write(`${line}\n`);
    }

    async end() {
        const gone = new Promise((done) => this.process.once("exit", done));
        if (this.process.exitCode === null) {
            this.process.kill("SIGKILL");
            await gone;
        }
    }
}

/** Serves the page by the program. */
export async function serve() {
    const program = spawn(process.env.HANDFAST_PROGRAM, ["serve", process.env.HANDFAST_PAGE, "--port", "0", "--json"], {
        stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const line of createInterface({ input: program.stdout })) {
        return { address: JSON.parse(line).address, close: () => program.kill("SIGINT") };
    }
    throw new Error("the page is not served");
}
