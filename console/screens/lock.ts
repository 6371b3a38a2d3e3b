import { html } from "hono/html";
import type { ConsoleApp, Screen } from "../context.ts";
import { renderPage } from "../page.ts";

/** Adds the forms that allow changes for a while, and that end it. */
export function addLock(app: ConsoleApp, screen: Screen): void {
  const { subject, session } = screen;
  app.post("/unlock", async (c) => {
    // The credentials may have expired, or belong to somebody else by now.
    const caller = await subject.identify();
    session.unlock();
    return renderPage(c, screen, {
      title: "Changes are unlocked",
      content: html`<div role="status"><p>For 15 minutes, as <code>${caller}</code>.</p>
<p>AWS still decides what these credentials may do.</p></div>
<p><a href="/">Go to the installations</a></p>`,
    });
  });
  app.post("/lock", (c) => {
    session.lock();
    return c.redirect("/", 303);
  });
}
