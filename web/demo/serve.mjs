// `npm run dev`: two pages side by side that meet, on this machine. The page is built first if it is not there;
// with `--json`, nothing is opened, and only the address is said.

import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const page = process.env.HANDFAST_PAGE ?? join(here, "..", "..", "target", "web");
if (!existsSync(join(page, "index.html"))) {
    const built = spawnSync(join(here, "..", "..", "scripts", "web"), { stdio: "inherit" });
    if (built.status !== 0) process.exit(1);
}

const TYPES = { ".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/** The file that a path of an address names, which leads out of neither folder. */
function place(path) {
    const inside = normalize(decodeURIComponent(path));
    const [folder, name] = inside.startsWith("/page/") ? [page, inside.slice("/page".length)] : [here, inside];
    return join(folder, name.endsWith("/") ? `${name}index.html` : name);
}

const server = createServer(async ({ url }, response) => {
    try {
        const file = place(new URL(url, "http://localhost").pathname);
        const bytes = await readFile(file);
        response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "cache-control": "no-store" });
        response.end(bytes);
    } catch {
        response.writeHead(404).end();
    }
});
server.listen(0, "localhost", () => {
    const address = `http://localhost:${server.address().port}/`;
    if (process.argv.includes("--json")) return console.log(JSON.stringify({ address }));
    console.log(`Two pages that meet: ${address}`);
    const opener = { darwin: "open", win32: "explorer" }[process.platform] ?? "xdg-open";
    spawn(opener, [address], { stdio: "ignore" }).on("error", () => {});
});
