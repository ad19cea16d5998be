// What the tests of the page play with: browsers, and the program as the other person and as the page's host.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before } from "node:test";
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

/** A browser with nothing in it, and the folder in which it saves what a person saves. `more` are arguments of Chromium. */
export async function browser(name, language = "en-US", more = []) {
    const { args, ...options } = BROWSERS[name];
    const downloads = mkdtempSync(join(FILES, "downloads-"));
    const running = await launch({
        ...options,
        headless: true,
        protocolTimeout: PATIENCE,
        timeout: PATIENCE,
        downloadBehavior: { policy: "allow", downloadPath: downloads },
        args: name === "chromium" ? [...args, ...more, `--lang=${language}`, `--accept-lang=${language}`] : args,
        extraPrefsFirefox: {
            "intl.accept_languages": language,
            "browser.download.folderList": 2,
            "browser.download.dir": downloads,
        },
    });
    return Object.assign(running, { downloads });
}

/** What gives the browser of this name in the tests of the suite that this is called in: it is begun before them, and
 * closed behind them. */
export function inSuite(name) {
    let running;
    before(async () => {
        running = await browser(name);
    });
    after(() => running.close());
    return () => running;
}

/** Ways in which a page is looked at: how wide in CSS pixels, how large its texts are, in which colours, from which
 * side it is read. */
const LOOKS = [
    { kind: "light", width: 412, text: 1, colours: "light", direction: "ltr" },
    { kind: "dark", width: 412, text: 1, colours: "dark", direction: "ltr" },
    { kind: "narrow", width: 360, text: 1, colours: "light", direction: "ltr" },
    { kind: "large", width: 412, text: 2, colours: "dark", direction: "ltr" },
    { kind: "from the right", width: 412, text: 1, colours: "light", direction: "rtl" },
];

const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** What axe finds in a page that keeps somebody from using it. */
async function hindrances(tab) {
    await tab.evaluate(AXE);
    return tab.evaluate(async () => {
        const { violations } = await globalThis.axe.run({ resultTypes: ["violations"] });
        const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        return grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    });
}

/** Makes sure that everybody can use a screen and that nothing of it is cut off, and keeps pictures of it for whoever
 * looks at them. */
export async function look(tab, name) {
    const said = await tab.evaluate(() => document.body.innerText);
    assert.doesNotMatch(said, /\{\w+\}/, `${name}: every place of a sentence is filled`);
    // Firefox is told neither colours nor sizes this way.
    if (!(await tab.browser().version()).includes("Chrom")) return assert.deepEqual(await hindrances(tab), [], name);
    const folder = join(process.env.HANDFAST_PAGE, "..", "web-screens");
    mkdirSync(folder, { recursive: true });
    for (const { kind, width, text, colours, direction } of LOOKS) {
        await tab.setViewport({ width, height: 800 });
        await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: colours }]);
        const beyond = await tab.evaluate(
            ({ text, direction }) => {
                const page = document.documentElement;
                page.style.fontSize = `${text * 100}%`;
                page.dir = direction;
                return page.scrollWidth - page.clientWidth;
            },
            { text, direction },
        );
        await tab.screenshot({ path: join(folder, `${name}, ${kind}.png`) });
        assert.ok(beyond <= 0, `${name}, ${kind}: ${beyond} pixels too wide`);
        assert.deepEqual(await hindrances(tab), [], `${name}, ${kind}`);
    }
    await tab.evaluate(() => ["style", "dir"].forEach((name) => document.documentElement.removeAttribute(name)));
    await tab.setViewport({ width: 800, height: 800 });
}

/** A folder in which there is nothing. */
export const folder = () => mkdtempSync(join(FILES, "folder-"));

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

/** Waits until there is a whole file in a folder, of so many bytes if that is known. Its path. */
export async function saved(folder, name, bytes) {
    const path = join(folder, name);
    // What is under way has other names beside it.
    const isUnderWay = () => readdirSync(folder).some((name) => /\.(part|crdownload)$/.test(name));
    for (const end = Date.now() + PATIENCE; Date.now() < end; await new Promise((wake) => setTimeout(wake, 100))) {
        if (!existsSync(path) || isUnderWay()) continue;
        const { size } = statSync(path);
        if (bytes === undefined ? size > 0 : size === bytes) return path;
    }
    throw new Error(`${name} was never saved`);
}

/** The program, in its own network. Its lines are told in order. */
class Program {
    #lines = [];
    #wake = () => {};
    #folder = folder();

    constructor(...options) {
        const program = process.env.HANDFAST_PROGRAM;
        const home = options.includes("--home") ? [] : ["--home", this.#folder, "--downloads", this.#folder];
        const all = ["netns", "exec", process.env.HANDFAST_PEER_NETWORK, program, ...options, "--json", ...home];
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

    /** Such a file with this in it. */
    static written(name, text) {
        writeFileSync(Program.file(name), text);
        return Program.file(name);
    }

    /** The next thing of this kind that it tells. What comes before is passed over. */
    async until(event) {
        const end = Date.now() + PATIENCE;
        for (;;) {
            const line = this.#lines.shift();
            if (line?.event === event) return line;
            if (line !== undefined) continue;
            if (Date.now() > end) throw new Error(`the program never told ${event}`);
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

/** The program as the one who invites. */
export class Host extends Program {
    constructor(...options) {
        const name = options.includes("--name") ? [] : ["--name", "Mira"];
        super("invite", "--link-only", ...name, "--no-stun", "--no-port-mapping", ...options);
    }
}

/** The program as the one who is invited. */
export class Guest extends Program {
    constructor(link, ...options) {
        super("join", link, "--yes", "--name", "Ben", "--no-stun", ...options);
    }
}

/** Runs the program to its end. What it tells last. */
export async function run(...options) {
    const program = spawn(process.env.HANDFAST_PROGRAM, options, { stdio: ["ignore", "pipe", "inherit"] });
    let told;
    for await (const line of createInterface({ input: program.stdout })) told = JSON.parse(line);
    return told;
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
