import { html } from "hono/html";
import * as v from "valibot";
import type { ConsoleApp, Screen } from "../context.ts";
import { renderPage } from "../page.ts";
import { renderAction } from "../parts.ts";

const CONTROLS = {
  hour: { text: "An hour passes", path: "/time", body: { seconds: 3_600 } },
  day: { text: "A day passes", path: "/time", body: { seconds: 86_400 } },
  month: { text: "30 days pass", path: "/time", body: { seconds: 2_592_000 } },
  outage: {
    text: "GitHub fails 3 times",
    path: "/faults",
    body: { platform: "github", path: "/api/*", times: 3, fault: { kind: "status", status: 503 } },
  },
  slow: {
    text: "Slack is 2 s late",
    path: "/faults",
    body: { platform: "slack", times: "until_cleared", milliseconds: 2_000 },
  },
  lost: {
    text: "Jira loses a response",
    path: "/faults",
    body: { platform: "jira", path: "/oauth/token", fault: { kind: "lose_reply" } },
  },
  clear: { text: "Remove all faults", path: "/faults", method: "DELETE" },
} as const;
const Name = v.picklist(["hour", "day", "month", "outage", "slow", "lost", "clear"]);

const Revoked = v.object({ revoked: v.unknown() });

/** Adds the screen with the controls of the emulated platforms, in local mode. */
export function addPlatforms(app: ConsoleApp, screen: Screen): void {
  const { controlUrl } = screen.subject;
  if (controlUrl === undefined) return;

  async function control(path: string, method: string, body?: object): Promise<unknown> {
    const response = await fetch(`${controlUrl}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The emulated platforms refused: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
  const render = (c: Parameters<typeof renderPage>[0], done?: string) =>
    renderPage(c, screen, {
      title: "Emulated platforms",
      entry: "/platforms",
      content: html`${done === undefined ? "" : html`<div role="status">${done}</div>`}
<p>These controls change the emulated GitHub, Slack and Jira of this machine.</p>
<div class="actions">${Object.entries(CONTROLS).map(([name, { text }]) =>
        renderAction(screen, `/platforms/${name}`, text),
      )}</div>
<h2>A customer removes the bot</h2>
<form class="bar" method="post" action="/platforms/revoke">
<label>Platform <select name="platform"><option value="github">GitHub</option><option value="slack">Slack</option><option value="jira">Jira</option></select></label>
<label>Account, workspace or site <input name="login" required></label>
<button${screen.session.isUnlocked() ? "" : html` disabled title="Unlock changes first"`}>Remove the bot</button>
</form>`,
    });

  app.get("/platforms", (c) => render(c));
  app.post("/platforms/revoke", async (c) => {
    const body = v.parse(v.record(v.string(), v.string()), await c.req.parseBody());
    const { platform, login } = body;
    v.parse(Revoked, await control("/revoke", "POST", { platform, login }));
    return render(c, `The bot was removed from ${login}.`);
  });
  app.post("/platforms/:name", async (c) => {
    const name = v.safeParse(Name, c.req.param("name"));
    if (!name.success) return c.notFound();
    const chosen = CONTROLS[name.output];
    const method = "method" in chosen ? chosen.method : "POST";
    await control(chosen.path, method, "body" in chosen ? chosen.body : undefined);
    return render(c, `${chosen.text}: done.`);
  });
}
