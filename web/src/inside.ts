// What a page carries inside it that is one file.

const inside = (name: string): string => document.getElementById(name)?.textContent?.trim() ?? "";

/** What was put into this file for whoever opens it: the text of a token or of a locked file. */
export function carried(): string {
    return inside("carried");
}

/** A module that lies in this file; undefined where it lies beside the page. */
export async function carriedModule(name: string): Promise<{ module_or_path: Uint8Array<ArrayBuffer> } | undefined> {
    const packed = inside(name);
    if (packed === "") return undefined;
    const bytes = Uint8Array.from(atob(packed), (symbol) => symbol.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return { module_or_path: new Uint8Array(await new Response(stream).arrayBuffer()) };
}
