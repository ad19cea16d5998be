// What a site loads: `connect`, and the element.

import { Embedded } from "./conversation.js";
import { HandfastConnect } from "./element.js";
import type { Conversation, Invitation, Options } from "./handfast.js";

export { HandfastConnect };

export function connect(what: string | Invitation, options?: Options): Promise<Conversation> {
    return Embedded.begin(what, options);
}

// Somebody may load this twice.
if (customElements.get("handfast-connect") === undefined) customElements.define("handfast-connect", HandfastConnect);
