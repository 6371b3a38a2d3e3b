import { expect, test } from "vitest";
import {
  EVENT_MS,
  HANDLER_RESERVE_MS,
  INSTALL_CALLS_MS,
  PLATFORM_CALL_MS,
  STATEMENT_MS,
  TOKEN_WRITE_MS,
} from "../../core/deadlines.ts";
import { LEASE_SECONDS } from "../../core/postgres/refresh-leases.ts";
import { MIN_TIME_FOR_REFRESH_MS } from "../../core/tokens/refresh.ts";
import { REQUEST_TIMEOUT_SECONDS } from "../../infra/runtime.ts";

const HANDLER_MS = REQUEST_TIMEOUT_SECONDS * 1000 - HANDLER_RESERVE_MS;

test("consecutive deadlines fit into the deadline around them", () => {
  const renewal = PLATFORM_CALL_MS + TOKEN_WRITE_MS;

  expect(renewal).toBeLessThan(MIN_TIME_FOR_REFRESH_MS);
  expect(renewal).toBeLessThan(LEASE_SECONDS * 1_000);
  expect(INSTALL_CALLS_MS + TOKEN_WRITE_MS).toBeLessThanOrEqual(HANDLER_MS);
  expect(STATEMENT_MS + PLATFORM_CALL_MS + STATEMENT_MS).toBeLessThan(HANDLER_MS);
});

test("publishing an event fits into the time between the handler's and the function's timeout", () => {
  expect(EVENT_MS).toBeLessThan(HANDLER_RESERVE_MS);
});
