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

/** A size in bytes, as people say it. */
export function size(bytes: number): string {
    const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
    const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(bytes || 1) / 3)));
    const style = { style: "unit", unit: units[power], unitDisplay: power === 0 ? "long" : "short" } as const;
    return new Intl.NumberFormat(LANGUAGE, { ...style, maximumSignificantDigits: 3 }).format(bytes / 1_000 ** power);
}
