import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";

import { FILES, type FaultPoint } from "./fault-point.ts";

/** A fault point that a test waits at. */
export interface ReachableFaultPoint {
  /** What a pipeline is told. */
  readonly point: FaultPoint;
  /** Resolves once a thread stands there. */
  untilReached(): Promise<void>;
  /** Lets the thread go on. */
  release(): Promise<void>;
  remove(): Promise<void>;
}

/** A start of a runner on a busy machine is part of it. */
const REACHED_TIMEOUT_MS = 60_000;

/** A fault point at which one thread stands still, once: the first that comes there. */
export async function createFaultPoint(
  point: Omit<FaultPoint, "folder">,
): Promise<ReachableFaultPoint> {
  const folder = await mkdtemp(join(tmpdir(), "fault-point-"));
  return {
    point: { ...point, folder },
    untilReached: async () => {
      await vi.waitUntil(() => existsSync(join(folder, FILES.reached)), {
        timeout: REACHED_TIMEOUT_MS,
        interval: 5,
      });
    },
    release: () => writeFile(join(folder, FILES.released), ""),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
