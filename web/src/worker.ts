// Workers. Their scripts are the only addresses that this page lets become scripts.

/** What works beside the page, each in a script of this name. */
type Script = "disk" | "reader";

const address = (name: Script): string => new URL(`${name}.js`, import.meta.url).href;

/** Of Trusted Types, what is used here. */
interface Types {
    createPolicy(name: string, rules: { createScriptURL(name: string): string }): { createScriptURL(name: string): string };
}

let policy: ReturnType<Types["createPolicy"]> | undefined;

/** Whether this page can have workers at all: where it is one file, their scripts are nowhere. */
export const HAS_WORKERS = location.protocol !== "file:" && "Worker" in window && import.meta.url !== undefined;

export function worker(name: Script): Worker {
    const types = (window as { trustedTypes?: Types }).trustedTypes;
    policy ??= types?.createPolicy("worker", { createScriptURL: (name) => address(name as Script) });
    return new Worker(policy?.createScriptURL(name) ?? address(name), { type: "module" });
}
