import { html } from "hono/html";

/** The icon of the emulated GitHub: a branch. */
export const GITHUB_ICON = html`<svg viewBox="0 0 24 24"><circle cx="6" cy="5" r="2.5"/><circle cx="6" cy="19" r="2.5"/><circle cx="18" cy="8" r="2.5"/><path d="M6 7.5v9m12-6c0 4-6 3-11 5.5"/></svg>`;
