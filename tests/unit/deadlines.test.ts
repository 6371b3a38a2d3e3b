import { expect, test } from "vitest";
import {
  EVENT_MS,
  HANDLER_RESERVE_MS,
  INSTALL_CALLS_MS,
  LEASE_RESERVE_MS,
  MIN_TIME_FOR_REFRESH_MS,
  PLATFORM_CALL_MS,
  REFRESH_CALL_MS,
  REFRESH_RESERVE_MS,
  STATEMENT_MS,
  TOKEN_CHECK_MS,
  TOKEN_WRITE_MS,
} from "../../core/deadlines.ts";
import { LOOKUP_TIMEOUT_SECONDS, REQUEST_TIMEOUT_SECONDS } from "../../infra/runtime.ts";

const HANDLER_MS = REQUEST_TIMEOUT_SECONDS * 1000 - HANDLER_RESERVE_MS;
const LOOKUP_MS = LOOKUP_TIMEOUT_SECONDS * 1000;

test("consecutive deadlines fit into the deadline around them", () => {
  expect(INSTALL_CALLS_MS + TOKEN_WRITE_MS).toBeLessThanOrEqual(HANDLER_MS);
  expect(STATEMENT_MS + PLATFORM_CALL_MS + STATEMENT_MS).toBeLessThan(HANDLER_MS);
});

test("a lookup reads the row and takes a lease before it calls the platform for as long as it may", () => {
  expect(STATEMENT_MS + REFRESH_CALL_MS + REFRESH_RESERVE_MS).toBeLessThan(LOOKUP_MS);
  expect(MIN_TIME_FOR_REFRESH_MS).toBeLessThan(LOOKUP_MS);
});

test("after a call that refreshes there is time to write the tokens, or to check the old one and store that, and to publish an event", () => {
  const settling = [TOKEN_WRITE_MS, TOKEN_CHECK_MS + STATEMENT_MS];

  for (const milliseconds of settling) {
    expect(milliseconds).toBeLessThan(LEASE_RESERVE_MS);
    expect(milliseconds + EVENT_MS).toBeLessThan(REFRESH_RESERVE_MS);
  }
});

test("publishing an event fits into the time between the handler's and the function's timeout", () => {
  expect(EVENT_MS).toBeLessThan(HANDLER_RESERVE_MS);
});
