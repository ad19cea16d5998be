// A page that is one file, with a locked file inside it, and nothing else.

import { carried } from "./inside.js";
import { lockedFile } from "./locked/open.js";
import { LANGUAGE } from "./words.js";

document.documentElement.lang = LANGUAGE;
const main = document.querySelector("main") ?? document.body;
void lockedFile(carried(), (screen) => main.replaceChildren(screen), "sealed_page_carried");
