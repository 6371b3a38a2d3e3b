/** The baseline: a function that does nothing. */
export async function handler(): Promise<string> {
  return "ok";
}
