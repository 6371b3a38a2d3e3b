import { handler } from "../functions/migrate.ts";

// For `sst dev`, which has no deploy that would invoke the function: DATABASE_URL says where.
await handler();
