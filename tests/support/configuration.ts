import { defineConfig } from "../../core/configuration/configuration.ts";

/** The configuration of the stacks of tests, in place of `grantkeep.config.ts`. */
export const TEST_CONFIGURATION = defineConfig({
  brand: { name: "Patchwork" },
});

const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><script>document.title = "scripted"</script><rect width="48" height="48" rx="12" fill="#4338ca"/><path d="M14 14h20v20H14z" fill="#fff"/></svg>`;

/** A configuration with all that pages can show. */
export const GALLERY_CONFIGURATION = defineConfig({
  brand: {
    name: "Patchwork",
    purpose: {
      en: "Reviews pull requests and files the follow-ups.",
      de: "Prüft Pull Requests und legt Folgeaufgaben an.",
    },
    company: "Acme Robotics GmbH",
    logo: `data:image/svg+xml;base64,${Buffer.from(LOGO).toString("base64")}`,
    accent: "#4338ca",
    appUrl: "https://app.example.com",
    supportUrl: "mailto:help@example.com",
    privacyUrl: "https://example.com/privacy",
    termsUrl: "https://example.com/terms",
  },
  platforms: {
    github: {
      appId: "1001",
      appSlug: "patchwork",
      permissions: {
        contents: {
          access: "write",
          reason: { en: "To open fix-up branches.", de: "Für Branches mit Korrekturen." },
        },
        issues: "write",
        members: { access: "read", reason: "To recognize owners." },
        made_up: "admin",
      },
    },
    slack: { scopes: ["chat:write", "channels:history", "made:up"] },
  },
});
