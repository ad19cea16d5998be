// Builds what a site embeds: `node embed.mjs PAGE FOLDER`, where PAGE is the folder that scripts/web fills.

import { build } from "esbuild";
import { copyFileSync, cpSync, mkdirSync, rmSync } from "node:fs";
import { resolve } from "node:path";

const [page, folder] = process.argv.slice(2);

/** What is compiled lies in the page, beside what is written. */
const compiled = {
    name: "compiled",
    setup: ({ onResolve }) => onResolve({ filter: /^\.\/core\/core\.js$/ }, () => ({ path: resolve(page, "core/core.js") })),
};

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
await build({
    entryPoints: ["embed/index.ts"],
    outfile: `${folder}/handfast.js`,
    bundle: true,
    format: "esm",
    minify: true,
    target: "es2022",
    plugins: [compiled],
});
copyFileSync(`${page}/core/core_bg.wasm`, `${folder}/core_bg.wasm`);
copyFileSync("embed/handfast.d.ts", `${folder}/handfast.d.ts`);
cpSync("embed/example", folder, { recursive: true });
