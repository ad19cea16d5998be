// Files and texts that the page locks, and the program opens; and the other way round.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { bring as bringTo, picker, press, reads, shows } from "./acts.mjs";
import { Host, NAMES, PATIENCE, file, folder, hash, inSuite, look, saved, serve } from "./world.mjs";

const QUESTION = "Where did we meet?";
const ANSWER = "Wilhelmina lantern 47";

let page;
before(async () => {
    page = await serve();
});
after(() => page.close());

/** A file with this text. */
function told(name, text) {
    const file = Host.file(name);
    writeFileSync(file, text);
    return file;
}

const answer = () => told("answer.txt", ANSWER);

/** What the program tells last of doing this. */
function program(...options) {
    const said = execFileSync(process.env.HANDFAST_PROGRAM, [...options, "--json"], { encoding: "utf8" });
    return JSON.parse(said.trim().split("\n").at(-1));
}

/** Opens it by the program, into a new place. */
function opened(container, code) {
    const place = join(folder(), "opened");
    const codes = code === undefined ? [] : ["--code-file", told("code.txt", code)];
    program("open", container, "--answer-file", answer(), ...codes, "-o", place);
    return place;
}

for (const name of NAMES) {
    describe(name, () => {
        const running = inSuite(name);

        const bring = (how) => bringTo(running(), page.address, "#", how);

        /** A page that asks what is to be locked. */
        async function locking(how) {
            const tab = await bring(how);
            await press(tab, "#lock");
            await shows(tab, "locking");
            return tab;
        }

        async function lock(tab, question = QUESTION) {
            if (question !== "") await tab.type("#lock-question-0", question);
            await tab.type("#lock-answer-0", ANSWER);
            await tab.click("button.filled");
            await shows(tab, "locked_file");
        }

        test("a text that is locked here opens in the program, as a file, as a text and as a picture of a code", async () => {
            const tab = await locking({
                before: () => {
                    navigator.clipboard.writeText = async (text) => (globalThis.copied = text);
                },
            });
            await tab.type("#lock-text", "see you at eight");
            await lock(tab);
            await reads(tab, "The picture is a code");
            await look(tab, "locked text");
            await press(tab, ".save-file");
            assert.equal(readFileSync(opened(await saved(running().downloads, "A text.handfast")), "utf8"), "see you at eight");
            await press(tab, ".save-picture");
            const picture = await saved(running().downloads, "A text.png");
            assert.equal(readFileSync(opened(picture), "utf8"), "see you at eight");
            await press(tab, ".copy-text");
            const text = await tab.waitForFunction(() => globalThis.copied, { timeout: PATIENCE });
            assert.equal(readFileSync(opened(await text.jsonValue()), "utf8"), "see you at eight");

            // And it opens where it was made.
            const other = await bring();
            await (await other.waitForSelector("#picture", { timeout: PATIENCE })).uploadFile(picture);
            await shows(other, "sealed");
            await reads(other, QUESTION);
            await other.type("#asked-0", ANSWER);
            await other.click("button.filled");
            await shows(other, "unsealed");
            await press(other, ".sealed_look");
            await reads(other, "see you at eight");
        });

        test("a long file is beside a picture, which says so, and goes by what it is called", async () => {
            const long = file(`long-${name}.bin`, 200_000);
            const tab = await locking();
            await (await tab.$("#lock-files")).uploadFile(long);
            await lock(tab, "");
            await reads(tab, "Send this picture as a file");
            await press(tab, ".save-picture");
            const picture = await saved(running().downloads, `long-${name}.bin.png`);
            assert.equal(hash(opened(picture)), hash(long));
            const other = await bring();
            await (await other.waitForSelector("#picture", { timeout: PATIENCE })).uploadFile(picture);
            await shows(other, "sealed");
            await other.type("#asked-0", ANSWER);
            await other.click("button.filled");
            await shows(other, "unsealed");
            await press(other, "button.save");
            assert.equal(hash(await saved(running().downloads, `long-${name}.bin`, 200_000)), hash(long));
        });

        test("several files are one archive, which takes a code, too", async () => {
            const files = [file("first.bin", 700), file("second.bin", 1_300)];
            const tab = await locking();
            await (await tab.$("#lock-files")).uploadFile(...files);
            await reads(tab, "second.bin");
            await tab.click("#with-code");
            await tab.type("#lock-answer-0", "Winnetou");
            await reads(tab, "With the code, nobody finds this by trying.");
            await tab.$eval("#lock-answer-0", (input) => (input.value = ""));
            await look(tab, "locking");
            await lock(tab);
            await look(tab, "locked with a code");
            const code = await tab.$eval(".code-words", (words) => words.textContent);
            await press(tab, ".save-file");
            const place = opened(await saved(running().downloads, "Files.handfast"), code);
            for (const one of files) assert.equal(hash(join(place, one.split("/").at(-1))), hash(one));
        });

        test("a folder that the program locked is listed, and saved file by file", async () => {
            const inside = folder();
            writeFileSync(join(inside, "letter.txt"), "hello");
            writeFileSync(join(inside, "picture.bin"), "\0\0\0");
            const container = Host.file(`folder-${name}.handfast`);
            program("seal", inside, "-q", QUESTION, "--answer-file", answer(), "-o", container);
            const tab = await bring();
            await (await tab.waitForSelector("#picture", { timeout: PATIENCE })).uploadFile(container);
            await shows(tab, "sealed");
            await tab.type("#asked-0", ANSWER);
            await tab.click("button.filled");
            await shows(tab, "unsealed");
            await look(tab, "folder");
            assert.equal((await tab.$$(".inside li")).length, 2);
            await press(tab, ".inside li:first-child .save");
            assert.equal(readFileSync(await saved(running().downloads, "letter.txt", 5), "utf8"), "hello");
            await press(tab, ".inside li:first-child .sealed_look");
            await reads(tab, "hello");
        });

        test("answers that protect nothing lock nothing, and what others are worth is said while they are typed", async () => {
            const tab = await locking();
            await tab.type("#lock-text", "secret");
            await tab.type("#lock-question-0", "Was it Rex?");
            for (const [typed, sentence] of [
                ["x", "One character is no answer."],
                ["password", "This is one of the answers that everybody tries first."],
                ["Rex", "The answer stands in the question."],
                ["Winnetou", "Weak: whoever takes the trouble finds this by trying."],
            ]) {
                await tab.$eval("#lock-answer-0", (input) => (input.value = ""));
                await tab.type("#lock-answer-0", typed);
                await reads(tab, sentence);
                if (typed !== "Rex") continue;
                await tab.click("button.filled");
                await tab.waitForFunction(() => document.querySelector("[role=alert]")?.textContent !== "", { timeout: PATIENCE });
            }
            await press(tab, ".asked-for .chip");
            await tab.waitForSelector("#lock-question-1", { timeout: PATIENCE });
        });

        test("what an answer is worth is said of a locked invitation, too, and of one that is only asked it is not", async () => {
            const tab = await bring();
            await press(tab, "#invite");
            await press(tab, "[value=locked]");
            await tab.type("#question", "Was it Rex?");
            await tab.type("#answer", "Rex");
            await reads(tab, "The answer stands in the question.");
            await tab.click("[value=asked]");
            await tab.waitForFunction(() => document.querySelector(".advice").textContent === "", { timeout: PATIENCE });
        });

        test("what is locked is shared, and saved where the person says", async () => {
            const tab = await locking({
                before: () => {
                    navigator.canShare = () => true;
                    navigator.share = async ({ files }) => (globalThis.shared = files[0]?.name);
                },
            });
            await tab.evaluate(picker);
            await tab.type("#lock-text", "shared");
            await lock(tab);
            await press(tab, ".share-file");
            await tab.waitForFunction(() => globalThis.shared === "A text.handfast", { timeout: PATIENCE });
            await press(tab, ".save-file");
            const head = await tab.waitForFunction(
                async () => {
                    const here = await navigator.storage.getDirectory();
                    const picked = await here.getFileHandle("A text.handfast").catch(() => undefined);
                    return (await (await picked?.getFile())?.text())?.slice(0, 4);
                },
                { timeout: PATIENCE },
            );
            assert.equal(await head.jsonValue(), "HFS1");
        });
    });
}
