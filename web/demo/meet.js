// Two people in two frames: presses what they would press, and carries the link and the reply between them.

const [ana, ben] = [...document.querySelectorAll("iframe")];

/** What there is in a frame once it is there. */
async function found(frame, selector) {
    for (;;) {
        const element = frame.contentDocument?.querySelector(selector);
        if (element) return element;
        await new Promise((wake) => setTimeout(wake, 50));
    }
}

async function press(frame, selector) {
    (await found(frame, selector)).click();
}

async function type(frame, selector, text) {
    (await found(frame, selector)).value = text;
}

/** What a frame would copy by the button that does so. */
async function copied(frame, button) {
    return new Promise((take) => {
        frame.contentWindow.navigator.clipboard.writeText = async (text) => take(text);
        void press(frame, button);
    });
}

// What waits in a page goes on when it is loaded anew, and both would go on with the same.
sessionStorage.clear();
for (const frame of [ana, ben]) frame.src = "page/";
await Promise.all([ana, ben].map((frame) => found(frame, "#token")));

await press(ana, "#invite");
await type(ana, "#name", "Ana");
await press(ana, "button.filled");
await found(ana, "[data-screen=hosting] .handed .chip");
const invitation = await copied(ana, ".handed .chip:last-child");

ben.contentWindow.location.hash = new URL(invitation).hash;
await found(ben, "[data-screen=opened]");
await type(ben, "#name", "Ben");
await press(ben, "button.filled");
await found(ben, "[data-screen=reply_needed]");
const reply = await copied(ben, "[data-screen=reply_needed] .chips .chip:last-child");

await type(ana, "#reply", reply);
await press(ana, ".taking form button");
await Promise.all([ana, ben].map((frame) => found(frame, "[data-screen=talking]")));
document.querySelector("p").textContent = "They have met. Write to each other.";
