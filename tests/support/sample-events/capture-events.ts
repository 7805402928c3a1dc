import { systemClock } from "#compose/event-source-mapping/clock.ts";
import type { Invoker } from "#compose/event-source-mapping/invoker.ts";
import { findFreePort } from "#compose/embedded/ports.ts";
import { openHttpApi } from "#compose/http-api/open-http-api.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { startScheduler } from "#compose/scheduler/scheduler.ts";
import {
  DEAD_LETTER_TOPIC,
  STREAM_EVENTS_TOPIC,
} from "#shared/domain/topics.ts";
import { startPipeline } from "#tests/support/pipeline/start-pipeline.ts";
import type { PipelineServers } from "#tests/support/pipeline/start-servers.ts";

const DASHBOARD = "/api/dashboards/pipeline?period=1h";
/** A few plays a minute and a few users keep the samples short. */
const PLAYS_PER_SECOND = "0.1";
const USERS = { dimensions: ["users"], catalogue: { users: 3 } };

/**
 * Runs every function once by its own trigger (schedule, mapping, request, by hand), as `npm start` does, and returns the
 * first event of each. Only users are known, so that the plays become dead letters, and the dead letters an event.
 */
export async function captureEvents({
  dataDir,
  connections,
}: PipelineServers): Promise<ReadonlyMap<string, string>> {
  const events = new Map<string, string>();
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  const cleanups = createCleanups();
  let recording: Invoker | undefined;
  try {
    const pipeline = await startPipeline({
      dataDir,
      connections,
      environment: { STREAMING_PLAYS_PER_SECOND: PLAYS_PER_SECOND },
      topics: ["users", STREAM_EVENTS_TOPIC, DEAD_LETTER_TOPIC],
      hasSchedules: false,
      wrapInvoker: (invoker) =>
        (recording = {
          invoke: (functionName, payload) => {
            const text = Buffer.from(payload).toString("utf8");
            if (!events.has(functionName)) events.set(functionName, text);
            waiting.get(functionName)?.resolve();
            return invoker.invoke(functionName, payload);
          },
        }),
    });
    cleanups.add(() => pipeline.stop());
    const names = Object.keys(pipeline.declaration.functions);
    for (const name of names) waiting.set(name, Promise.withResolvers<void>());
    await pipeline.invoke("produce-batch", USERS);
    // What the schedule sends is the sample.
    events.delete("produce-batch");
    await pipeline.invoke("set-up", {});
    if (recording === undefined) throw new Error("the pipeline wraps nothing");
    const scheduler = startScheduler({
      schedules: pipeline.declaration.schedules,
      invoker: recording,
      clock: systemClock,
      log: () => undefined,
    });
    cleanups.add(() => scheduler.stop());
    const httpApi = await openHttpApi(await findFreePort());
    cleanups.add(() => httpApi.close());
    httpApi.serve({
      routes: pipeline.declaration.httpRoutes,
      invoker: recording,
      clock: systemClock,
    });
    const answer = await fetch(`${httpApi.url}${DASHBOARD}`);
    if (!answer.ok) throw new Error(`the dashboard answered ${answer.status}`);
    await Promise.all([...waiting.values()].map(({ promise }) => promise));
    return events;
  } finally {
    await cleanups.run();
  }
}
