import type { Platform } from "../installation.ts";
import { github } from "./github/platform.ts";
import { jira } from "./jira/platform.ts";
import type { PlatformDefinition } from "./platform-definition.ts";
import { slack } from "./slack/platform.ts";

/** The code of every platform in `PLATFORMS`. Only functions that call platforms may import it. */
export const definitions: Readonly<Record<Platform, PlatformDefinition>> = { github, slack, jira };
