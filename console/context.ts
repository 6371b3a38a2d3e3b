import type { Context, Hono } from "hono";
import type { html } from "hono/html";
import type { Target } from "../cli/target/target.ts";
import type { Session } from "./session.ts";

/** Markup that `html` made, in which all inserted text is escaped. */
export type Markup = ReturnType<typeof html>;

export type ConsoleApp = Hono;
export type ConsoleRequest = Context;

/** The stack that the console shows, and who uses it. */
export interface Subject {
  readonly target: Target;
  /** The name of the stage, or `undefined` for local mode. */
  readonly stage: string | undefined;
  readonly account: string;
  readonly region: string;
  /**
   * Returns the ARN of the caller, as AWS reports it now.
   *
   * @throws {Error} if AWS does not accept the credentials
   */
  readonly identify: () => Promise<string>;
  /** Returns the public URL of the stack. */
  readonly publicUrl: () => Promise<string>;
  /** The base URL of the control API of the emulated platforms, in local mode. */
  readonly controlUrl?: string;
}

/** The stack and the session that each screen is rendered with. */
export interface Screen {
  readonly subject: Subject;
  readonly session: Session;
}
