// Elements from plain values. Texts are only ever set as texts, so nothing that a stranger wrote is markup.

type Child = Node | string | false | null | undefined;

type Attributes = Record<string, string | boolean | undefined | ((event: Event) => void)>;

/** An element: functions among its attributes are listeners, `true` is an attribute without a value. */
export function element<Name extends keyof HTMLElementTagNameMap>(
    name: Name,
    attributes: Attributes = {},
    ...children: Child[]
): HTMLElementTagNameMap[Name] {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
        if (typeof value === "function") made.addEventListener(key, value);
        else if (value === true) made.setAttribute(key, "");
        else if (typeof value === "string") made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
    return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** A picture of strokes in the colour of the text around it, which readers pass over. */
export function icon(...paths: string[]): SVGSVGElement {
    const made = document.createElementNS(SVG, "svg");
    made.setAttribute("viewBox", "0 0 24 24");
    made.setAttribute("aria-hidden", "true");
    made.setAttribute("class", "icon");
    for (const path of paths) {
        const line = document.createElementNS(SVG, "path");
        line.setAttribute("d", path);
        made.append(line);
    }
    return made;
}

/** The picture of an SVG that the core drew. */
export function picture(svg: string, description: string): HTMLImageElement {
    const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    return element("img", {
        alt: description,
        class: "code",
        src: address,
        load: () => URL.revokeObjectURL(address),
    });
}
