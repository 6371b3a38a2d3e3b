/** Reports something that must never happen. */
export function fail(message: string): never {
  throw new Error(`Must never happen: ${message}`);
}
