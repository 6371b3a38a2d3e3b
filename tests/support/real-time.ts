import { afterEach, vi } from "vitest";

// Unit tests of one worker share their modules: no clock of one file may go on in the next.
afterEach(() => {
  vi.useRealTimers();
});
