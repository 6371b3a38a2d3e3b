import { defineConfig } from "./core/configuration/configuration.ts";

/** The settings of your bot. docs/configuration.md describes each of them. */
export default defineConfig({
  brand: {
    name: "Example Bot",
    purpose: "Reviews pull requests and files the follow-ups.",
    company: "Example, Inc.",
  },
  redirectUris: [],
  database: "aurora",
  // A Lambda that reviews pull requests invokes the alias `reviewer`, and gets no other token.
  callers: {
    reviewer: { platforms: ["github"], permissions: { contents: "read", pull_requests: "write" } },
  },
  platforms: {
    github: {
      permissions: {
        contents: { access: "write", reason: "To open fix-up branches." },
        pull_requests: { access: "write", reason: "To review them." },
        issues: { access: "write", reason: "To file the follow-ups." },
        checks: "write",
        members: { access: "read", reason: "To recognize the owners of your organization." },
      },
    },
    slack: {
      scopes: ["chat:write", "app_mentions:read", "channels:history", "im:history", "commands"],
    },
    jira: {
      scopes: ["read:jira-work", "read:me", "offline_access"],
      webhooks: {
        events: ["jira:issue_created", "jira:issue_updated", "comment_created"],
        jql: "project in (DEMO, OPS)",
      },
    },
  },
});
