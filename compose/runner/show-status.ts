import { createLogUpdate } from "log-update";
import type { Writable } from "node:stream";
import type { WriteStream } from "node:tty";

import type { Clock } from "#compose/scheduler/scheduler.ts";
import { createRateMeter } from "./rate-meter.ts";
import type { Status } from "./read-status.ts";
import { renderStatusLine, renderStatusTables } from "./render-status.ts";

const TERMINAL_INTERVAL_MS = 1000;
const LINE_INTERVAL_MS = 5000;

export interface StatusDisplayOptions {
  readonly output: WriteStream | Writable;
  readonly clock: Clock;
}

/** Where a display gets from what it shows. */
export interface StatusFeed {
  readStatus(): Promise<Status>;
  /** What is going wrong at the moment, one line each. */
  listProblems(status: Status): readonly string[];
}

/** The status on a terminal, redrawn every second, or else a line every five seconds. */
export interface StatusDisplay {
  /** Says what the runner is doing; a line of its own where there is no terminal. */
  setPhase(phase: string): void;
  /** Starts to show the status. */
  start(feed: StatusFeed): void;
  /** Shows nothing more; what was shown last stays. */
  stop(): Promise<void>;
}

/** Returns a display that says phases as they come and shows nothing else before `start`. */
export function createStatusDisplay({
  output,
  clock,
}: StatusDisplayOptions): StatusDisplay {
  const stopping = new AbortController();
  const draw =
    "isTTY" in output && output.isTTY ? createLogUpdate(output) : undefined;
  const meter = createRateMeter();
  let phase: string | undefined;
  let running: Promise<void> | undefined;

  const show = async (feed: StatusFeed): Promise<void> => {
    let view;
    try {
      const status = await feed.readStatus();
      view = {
        status,
        playsPerSecond: meter.measure(status),
        phase,
        problems: feed.listProblems(status),
      };
    } catch (error) {
      // A server that is restarting; the display goes on and shows when it is back.
      const message = `The status cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      if (draw === undefined) output.write(`${message}\n`);
      else draw(`${phase ?? ""}\n${message}`);
      return;
    }
    if (stopping.signal.aborted) return;
    if (draw === undefined) output.write(`${renderStatusLine(view)}\n`);
    else draw(renderStatusTables(view));
  };
  const run = async (feed: StatusFeed): Promise<void> => {
    while (!stopping.signal.aborted) {
      await show(feed);
      await clock.delay(
        draw === undefined ? LINE_INTERVAL_MS : TERMINAL_INTERVAL_MS,
        stopping.signal,
      );
    }
  };
  return {
    setPhase: (text) => {
      phase = text;
      if (draw === undefined)
        output.write(`${new Date(clock.now()).toISOString()} | ${text}\n`);
      else if (running === undefined) output.write(`${text}\n`);
    },
    start: (feed) => {
      running ??= run(feed);
    },
    stop: async () => {
      stopping.abort();
      await running;
      draw?.done();
      running = undefined;
    },
  };
}
