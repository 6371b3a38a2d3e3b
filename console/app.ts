import { Hono } from "hono";
import { html } from "hono/html";
import type { ConsoleApp, Screen } from "./context.ts";
import { createGuard } from "./guard.ts";
import { renderPage } from "./page.ts";
import { addActivity } from "./screens/activity.ts";
import { addAttention } from "./screens/attention.ts";
import { addErase } from "./screens/erase.ts";
import { addFailures } from "./screens/failures.ts";
import { addGithub } from "./screens/github.ts";
import { addInstallation } from "./screens/installation.ts";
import { addInstallationActions } from "./screens/installation-actions.ts";
import { addInstallations } from "./screens/installations.ts";
import { addKeys } from "./screens/keys.ts";
import { addLinks } from "./screens/links.ts";
import { addLock } from "./screens/lock.ts";
import { addPages } from "./screens/pages.ts";
import { addPlatforms } from "./screens/platforms.ts";
import { addSetup } from "./screens/setup.ts";

const SCREENS = [
  addLock,
  addInstallations,
  addInstallation,
  addInstallationActions,
  addActivity,
  addAttention,
  addLinks,
  addFailures,
  addGithub,
  addKeys,
  addSetup,
  addPages,
  addErase,
  addPlatforms,
];

/** Creates the console, whose pages only the browser that opened its URL can request. `onUse` is called then. */
export function createConsoleApp(screen: Screen, url: URL, onUse: () => void): ConsoleApp {
  const app = new Hono();
  app.use(createGuard(screen.session, url));
  app.use((_, next) => {
    onUse();
    return next();
  });
  app.onError((error, c) =>
    renderPage(c, screen, {
      title: "This did not work",
      status: 502,
      content: html`<p role="alert">${error.message}</p><p><a href="/">Back to the installations</a></p>`,
    }),
  );
  app.notFound((c) =>
    renderPage(c, screen, {
      title: "There is no such page",
      status: 404,
      content: html`<p><a href="/">Back to the installations</a></p>`,
    }),
  );
  for (const add of SCREENS) add(app, screen);
  return app;
}
