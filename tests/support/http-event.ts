import type { HttpEvent } from "../../functions/http/event.ts";

/** Returns the event of an HTTP request. Fields that a test does not give are empty. */
export function httpEvent(change: Partial<HttpEvent> = {}): HttpEvent {
  return {
    version: "2.0",
    routeKey: "POST /",
    rawPath: "/",
    rawQueryString: "",
    headers: {},
    isBase64Encoded: false,
    requestContext: {
      accountId: "000000000000",
      apiId: "test",
      domainName: "grants.example.com",
      domainPrefix: "grants",
      http: {
        method: "POST",
        path: "/",
        protocol: "HTTP/1.1",
        sourceIp: "192.0.2.1",
        userAgent: "",
      },
      requestId: "request-1",
      routeKey: "POST /",
      stage: "$default",
      time: "22/Nov/2026:12:00:00 +0000",
      timeEpoch: 1_795_348_800_000,
    },
    ...change,
  };
}
