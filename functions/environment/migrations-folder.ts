/** The folder of the SQL files, in the working directory: the bundle's folder on Lambda, the checkout elsewhere. */
export const MIGRATIONS_FOLDER = "migrations";
