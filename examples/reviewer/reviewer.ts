// Comments on each issue that is opened. `handler` is what Lambda runs, as the target of a rule of Grantkeep's bus.
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { createGrantkeep } from "@grantkeep/client";
import { onEvent, readBody } from "@grantkeep/client/events";
import { createGrantkeepAuth } from "@grantkeep/client/octokit";
import { Octokit } from "octokit";
import * as v from "valibot";

const { TOKEN_LOOKUP = "grantkeep-production-token-lookup:live", PORT } = process.env;

/** The part of GitHub's `issues` webhook that is used. */
const Opened = v.object({
  action: v.literal("opened"),
  issue: v.object({ number: v.number(), title: v.string() }),
  repository: v.object({ name: v.string(), owner: v.object({ login: v.string() }) }),
});

const grantkeep = createGrantkeep({ functionName: TOKEN_LOOKUP });

export const handler = onEvent(async (event) => {
  if (event.kind !== "delivery" || event.type !== "github.issues" || !event.installationId) return;
  const body = v.safeParse(Opened, await readBody(event));
  if (!body.success) return;

  const { issue, repository } = body.output;
  const octokit = new Octokit({
    authStrategy: createGrantkeepAuth,
    auth: { grantkeep, installationId: event.installationId },
  });
  await octokit.rest.issues.createComment({
    owner: repository.owner.login,
    repo: repository.name,
    issue_number: issue.number,
    body: `Thank you for “${issue.title}”. ${review(issue.title)}`,
  });
  process.stdout.write(`Commented on ${repository.name}#${issue.number}.\n`);
});

/** Returns the bot's opinion. An agent would ask its model here. */
function review(title: string): string {
  return title.length < 20 ? "What did you expect to happen?" : "Somebody will look at it soon.";
}

// In local mode, BOT_URL gets what EventBridge would deliver.
if (PORT) {
  createServer(async (request, response) => {
    const handled = json(request).then(handler);
    const status = await handled
      .then(() => 204)
      .catch((error: unknown) => {
        process.stderr.write(`${error}\n`);
        return 500;
      });
    response.writeHead(status).end();
  }).listen(Number(PORT), "127.0.0.1");
}
