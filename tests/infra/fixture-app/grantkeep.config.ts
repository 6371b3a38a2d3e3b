import { defineConfig } from "grantkeep/config";

export default defineConfig({
  brand: { name: "Example Bot", company: "Example, Inc." },
  database: "dsql",
  platforms: { slack: { scopes: ["chat:write"] } },
});
