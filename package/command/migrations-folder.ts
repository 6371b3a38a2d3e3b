import path from "node:path";

/** The folder of the SQL files of the package. The command runs in the folder of an app. */
export const MIGRATIONS_FOLDER = path.resolve(import.meta.dirname, "../../migrations");
