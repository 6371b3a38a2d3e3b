import { keyRotation } from "./key-rotation.ts";
import { list } from "./list.ts";
import { mutation } from "./mutation.ts";
import type { Benchmark } from "./section.ts";

/** In the order in which they are run and reported. */
export const benchmarks: readonly Benchmark[] = [list, keyRotation, mutation];
