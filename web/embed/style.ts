// How the element looks. A site changes it by the custom properties that stand here, and by `::part(place)`.

export const STYLE = `
:host {
    display: block;
    max-width: 28rem;
    padding: 1rem;
    border: 1px solid var(--handfast-outline, #8a9490);
    border-radius: 1rem;
    background: var(--handfast-surface, #f8fbf8);
    color: var(--handfast-text, #171d1b);
    font: 1rem/1.5 system-ui, sans-serif;
    overflow-wrap: anywhere;
}
div[part], form { display: flex; flex-direction: column; gap: 0.75rem; }
h2 { margin: 0; font-size: 1.25rem; font-weight: 500; }
p { margin: 0.5rem 0 0; }
p:empty { display: none; }
.quiet { color: var(--handfast-quiet, #3f4945); font-size: 0.875rem; }
.wrong { color: var(--handfast-error, #ba1a1a); margin: 0; }
button, input, textarea {
    font: inherit;
    color: inherit;
    background: none;
    min-height: 2.75rem;
    padding: 0.5rem 0.875rem;
    border: 1px solid var(--handfast-outline, #5f6965);
    border-radius: 0.75rem;
    box-sizing: border-box;
    width: 100%;
}
button { cursor: pointer; width: auto; }
.filled { background: var(--handfast-primary, #0b6b58); color: var(--handfast-on-primary, #ffffff); border-color: transparent; }
.rows { list-style: none; margin: 0; padding: 0; display: flex; flex-direction: column; gap: 0.5rem; }
.rows li { padding: 0.5rem 0.875rem; border-radius: 0.875rem; background: var(--handfast-theirs, #e9efeb); align-self: flex-start; white-space: pre-wrap; }
.rows li.ours { background: var(--handfast-ours, #a6f2dc); color: #00201a; align-self: flex-end; }
.rows span { display: block; }
.code { max-width: 16rem; }
.icon { width: 1.25rem; height: 1.25rem; fill: none; stroke: currentColor; stroke-width: 2; }
.unseen, .rows .unseen { position: absolute; width: 1px; height: 1px; min-height: 0; padding: 0; border: 0; overflow: hidden; clip-path: inset(50%); }
`;
