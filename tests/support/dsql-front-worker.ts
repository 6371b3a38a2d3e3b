import { startDsqlFront } from "./dsql-front.ts";

// A process of its own: the one of vitest is busy with modules and reports, and would let connections wait.
const front = await startDsqlFront({ port: Number(process.argv[2]) });
process.on("message", () => process.send?.(front.figures()));
process.once("disconnect", () => process.exit());
process.send?.(front.port);
