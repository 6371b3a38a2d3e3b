import { mutation } from "../tests/mutation/mutation.ts";
import { client } from "./client.ts";
import { coldStart } from "./cold-start/cold-start.ts";
import { events } from "./events/events.ts";
import { filters } from "./filters.ts";
import { freeze } from "./freeze.ts";
import { growth } from "./growth.ts";
import { keyRotation } from "./key-rotation.ts";
import { lookup } from "./lookup.ts";
import { memory } from "./memory.ts";
import { missing } from "./missing.ts";
import { race } from "./race.ts";
import type { Benchmark } from "./section.ts";
import { sweep } from "./sweep.ts";

/** All benchmarks, in the order in which they run. */
export const benchmarks: readonly Benchmark[] = [
  lookup,
  client,
  race,
  events,
  coldStart,
  freeze,
  growth,
  missing,
  filters,
  sweep,
  memory,
  keyRotation,
  mutation,
];
