// What the tests of the page play with: browsers, and the program as the other person and as the page's host.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
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

/** A browser with nothing in it. */
export function browser(name, language = "en-US") {
    const { args, ...options } = BROWSERS[name];
    return launch({
        ...options,
        headless: true,
        protocolTimeout: PATIENCE,
        timeout: PATIENCE,
        args: name === "chromium" ? [...args, `--lang=${language}`, `--accept-lang=${language}`] : args,
        extraPrefsFirefox: { "intl.accept_languages": language },
    });
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
