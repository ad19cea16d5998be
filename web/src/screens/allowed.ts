// What a person may have to allow before this page reaches others (WICG Local Network Access).

import { element } from "../dom.js";
import { say } from "../words.js";

/** Whoever is heard by then needs no word, in milliseconds. */
const HEARD = 3_000;

/** The names that browsers have for it so far. */
const NAMES = ["local-network", "local-network-access"];

/** Says that the browser may ask, or that it was told not to, where nobody is heard. */
export function mustBeAllowed(): HTMLElement {
    const shown = element("p", { class: "warning", role: "status", hidden: true }, say("web_allow_local"));
    setTimeout(async () => (shown.hidden = await isAllowed()), HEARD);
    return shown;
}

/** Whether the page may reach others in the person's own network, as far as this browser tells. */
async function isAllowed(): Promise<boolean> {
    const asked = NAMES.map(async (name) => (await navigator.permissions.query({ name: name as PermissionName })).state);
    const states = await Promise.allSettled(asked);
    return states.every((state) => state.status === "rejected" || state.value === "granted");
}
