// In place of a function's own module (fault-point.ts): the same handler, whose thread stands still at a fault point.
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { trace } from "@opentelemetry/api";
import { type SpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

import { FILES, VARIABLES } from "./fault-point.ts";

const LOOK_INTERVAL_MS = 5;

const [module, span, edge, folder] = [
  VARIABLES.module,
  VARIABLES.span,
  VARIABLES.edge,
  VARIABLES.folder,
].map((name) => process.env[name] ?? "");

function haltAt(at: "start" | "end", name: string): void {
  if (name === span && at === edge && announce()) waitUntilReleased();
}

/** Whether this thread is the first here. */
function announce(): boolean {
  try {
    closeSync(openSync(join(folder ?? "", FILES.reached), "wx"));
    return true;
  } catch {
    return false;
  }
}

/** Nothing of this thread goes on meanwhile, neither its timers nor its sockets. */
function waitUntilReleased(): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(join(folder ?? "", FILES.released)))
    Atomics.wait(cell, 0, 0, LOOK_INTERVAL_MS);
}

const processor: SpanProcessor = {
  onStart: ({ name }) => haltAt("start", name),
  onEnd: ({ name }) => haltAt("end", name),
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};
trace.setGlobalTracerProvider(
  new TracerProvider({ spanProcessors: [processor] }),
);

const loaded: { readonly handler: unknown } = await import(
  `../../../${module}.ts`
);

export const { handler } = loaded;
