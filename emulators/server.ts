import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createControl, type EmulatorControl } from "./control.ts";
import { createControlApi } from "./control-api.ts";
import { createFaultQueue } from "./faults.ts";
import { createApp, type EmulatorApp, jsonResponse } from "./http.ts";
import { listenOnLoopback, stopServer } from "./loopback-server.ts";
import type { EmulatedPlatform, PlatformServices } from "./platform.ts";
import { handlePlatformRequests, type RequestDeps } from "./platform-requests.ts";
import {
  controlsOf,
  emulatePlatforms,
  PlatformName,
  type PlatformRegistrations,
  type PlatformUrls,
  type RunningPlatforms,
  urlsOf,
} from "./platforms.ts";
import { createRequestLog } from "./request-log.ts";
import { type EmulatorState, openState } from "./state.ts";

/** Options of the emulators. */
export interface EmulatorsOptions extends PlatformRegistrations {
  /** With 0, a free port is used. */
  readonly port: number;
  /** A file that keeps issued tokens between runs; without it they are lost on exit. */
  readonly stateFile?: string;
  /** Is called before the clock is advanced, to make the data of the clients older too. */
  readonly onTimePassed?: (seconds: number) => Promise<void>;
}

/** The running emulators: their URLs, and the control that injects faults and moves the clock. */
export interface Emulators extends PlatformUrls {
  readonly url: string;
  readonly control: EmulatorControl;
  close(): Promise<void>;
}

/** Starts the emulators on loopback. A taken port rejects with Node's own `EADDRINUSE`. */
export async function startEmulators(options: EmulatorsOptions): Promise<Emulators> {
  const state = await openState(options.stateFile);
  const server = createServer();
  const url = await listenOnLoopback(server, options.port);

  const platforms = emulatePlatforms(options, (name) => servicesOf(name, url, state));
  const deps = { state, faults: createFaultQueue(), requestLog: createRequestLog() };
  const { onTimePassed } = options;
  const controls = controlsOf(platforms);
  const control = createControl({ ...deps, platforms, controls, onTimePassed });
  const { fetch } = createRootApp(platforms, control, deps);
  // Hono must not replace Node's `Request` and `Response` for the rest of the process.
  server.on("request", getRequestListener(fetch, { overrideGlobalObjects: false }));

  return {
    ...urlsOf(url),
    url,
    control,
    async close() {
      await stopServer(server);
      const all: EmulatedPlatform[] = Object.values(platforms);
      await Promise.all(all.map((platform) => platform.close?.()));
      await state.flush();
    },
  };
}

function servicesOf(name: PlatformName, url: string, state: EmulatorState): PlatformServices {
  return {
    url: `${url}/${name}`,
    clock: state.clock,
    tokens: state.openTokenStore(name),
    persist: (schema, initial) => state.openValue(name, schema, initial),
    flush: state.flush,
  };
}

function createRootApp(
  platforms: RunningPlatforms,
  control: EmulatorControl,
  deps: RequestDeps,
): EmulatorApp {
  const app = createApp();
  app.onError((error) => jsonResponse(500, { message: `The emulator failed: ${error.message}` }));
  app.notFound((c) => c.text("Unknown platform. GET /_control lists what is available.\n", 404));
  app.use(async (c, next) => {
    c.set("body", await c.req.text());
    await next();
  });

  app.route("/_control", createControlApi(control, platforms));
  for (const name of PlatformName.options) {
    const platform: EmulatedPlatform | undefined = platforms[name];
    if (!platform) continue;
    app.use(`/${name}/*`, handlePlatformRequests(name, deps));
    app.route(`/${name}`, platform.app);
  }
  return app;
}
