import { afterEach, expect, test, vi } from "vitest";
import { bypassProxyOnLoopback } from "../../emulators/proxy-bypass.ts";

afterEach(() => vi.unstubAllEnvs());

test.each([
  ["nothing", undefined, undefined, "127.0.0.1,localhost,[::1]"],
  ["an empty value", "", undefined, "127.0.0.1,localhost,[::1]"],
  ["hosts", "a.example, b.example", undefined, "a.example,b.example,127.0.0.1,localhost,[::1]"],
  ["a part of loopback", "localhost,a.example", undefined, "localhost,a.example,127.0.0.1,[::1]"],
  ["every host", "*", undefined, "*"],
  ["the name that Node prefers", "a.example", "b.example", "b.example,127.0.0.1,localhost,[::1]"],
])("requests to loopback bypass the proxy when NO_PROXY has %s", (_, upper, lower, expected) => {
  vi.stubEnv("NO_PROXY", upper);
  vi.stubEnv("no_proxy", lower);

  bypassProxyOnLoopback();
  bypassProxyOnLoopback();

  expect([process.env.NO_PROXY, process.env.no_proxy]).toEqual([expected, expected]);
});
