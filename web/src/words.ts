// Sentences in the language of this browser.

import { type Key, SENTENCES } from "./strings.js";

/** The first language of this browser that there are sentences in. */
export const LANGUAGE = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in SENTENCES) ?? "en";

/** The sentence of this key, with what belongs into its places. `count` chooses its form. */
export function say(key: Key, places: Record<string, string | number> = {}): string {
    const forms = SENTENCES[LANGUAGE]?.[key] ?? key;
    const text = typeof forms === "string" ? forms : (forms[places["count"] === 1 ? 0 : 1] ?? key);
    return text.replace(/\{(\w+)\}/g, (place, name: string) => String(places[name] ?? place));
}
