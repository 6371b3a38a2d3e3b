import path from "node:path";

/** The folder of the app: of `grantkeep.config.ts`, and of the data of local mode. Here, it is the checkout. */
export const APP_FOLDER = path.resolve(import.meta.dirname, "..");

/** Returns the URL of a module of this repository, such as `functions/authorize.ts`. */
export function moduleUrl(file: string): string {
  return new URL(`../${file}`, import.meta.url).href;
}
