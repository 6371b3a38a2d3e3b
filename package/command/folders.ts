/** The folder of the app that installed the package, which is where the command runs. */
export const APP_FOLDER = process.cwd();

/** Returns the URL of a module, which is one of the files beside this one in the package. */
export function moduleUrl(file: string): string {
  return new URL(`./${toEntryName(file)}.js`, import.meta.url).href;
}

/** Returns the name of the file of a module in the package: `functions-authorize`. */
export function toEntryName(file: string): string {
  return file.replace(/\.ts$/, "").replaceAll("/", "-");
}
