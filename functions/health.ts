import { endpoint } from "./http/endpoint.ts";
import { json } from "./http/reply.ts";
import type { Health } from "./http/responses.ts";

/** `GET /health`. Uses neither the database nor a secret, so that it also responds during their outage. */
export const handler = endpoint(async () => json<Health>(200, { status: "ok" }));
