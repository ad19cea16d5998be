// Puts a page into one file, with everything that it loads inside: `node one_file.mjs PAGE`, where PAGE is the
// folder that scripts/web fills. The policy of such a file allows what lies in it, by its hash, and nothing else.

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const page = process.argv[2];

/** What is in the place of what somebody puts into it. The program looks for these very words. */
const PLACE = '<script type="text/plain" id="carried"></script>';

/** What can be read where no script runs: what this is, and what to do with it. */
const WORDS = {
    "handfast.html": [
        "This file is Handfast, as a page: it connects two people directly, with nobody in between. If you have the Handfast app or program, open this file there. Otherwise save it, and open it in a browser: where a messenger or a phone shows it, it may be unable to do anything.",
        "Diese Datei ist Handfast als Seite: Sie verbindet zwei Menschen direkt, ohne jemanden dazwischen. Wenn du die App oder das Programm Handfast hast, öffne die Datei dort. Sonst speichere sie und öffne sie in einem Browser: Wo ein Messenger oder ein Telefon sie nur zeigt, kann sie vielleicht nichts tun.",
    ],
    "sealed.html": [
        "Somebody sent you a locked file, made with Handfast. If you have the Handfast app or program, open this file there. Otherwise save it, and open it in a browser: where a messenger or a phone shows it, it may be unable to do anything.",
        "Jemand hat dir eine verschlossene Datei geschickt, gemacht mit Handfast. Wenn du die App oder das Programm Handfast hast, öffne die Datei dort. Sonst speichere sie und öffne sie in einem Browser: Wo ein Messenger oder ein Telefon sie nur zeigt, kann sie vielleicht nichts tun.",
    ],
};

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

async function oneFile(name, entry, modules) {
    const bundle = { entryPoints: [`${page}/${entry}`], bundle: true, format: "iife", minify: true, target: "es2022", write: false };
    // Modules come out of the file, and never from beside it.
    const built = await build({ ...bundle, logOverride: { "empty-import-meta": "silent" } });
    const script = built.outputFiles[0].text.trim().replaceAll("</script", "<\\/script");
    const style = readFileSync(`${page}/style.css`, "utf8");
    const policy = [
        "default-src 'none'",
        `script-src ${hash(script)} 'wasm-unsafe-eval'`,
        `style-src ${hash(style)}`,
        "img-src blob: data:",
        "frame-src blob:",
        "form-action 'none'",
        "base-uri 'none'",
    ];
    const packed = modules.map((module) => {
        const bytes = gzipSync(readFileSync(`${page}/${module}/${module}_bg.wasm`), { level: 9 });
        return `<script type="application/wasm" id="${module}">${bytes.toString("base64")}</script>`;
    });
    const [english, german] = WORDS[name];
    const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta http-equiv="Content-Security-Policy" content="${policy.join("; ")}">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Handfast</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<p>${english}</p>
<p lang="de">${german}</p>
</main>
<div id="notices"></div>
${PLACE}
${packed.join("\n")}
<script>${script}</script>
</body>
</html>
`;
    writeFileSync(`${page}/${name}`, html);
    console.log(`${String(html.length).padStart(8)}  ${name}, all in one`);
}

await oneFile("handfast.html", "main.js", ["core", "sealing"]);
await oneFile("sealed.html", "sealed_file.js", ["sealing"]);
