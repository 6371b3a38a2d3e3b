/** What every other function is held against. */
export async function handler(): Promise<string> {
  return "ok";
}
