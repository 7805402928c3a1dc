import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { findFreePort } from "#compose/embedded/ports.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import {
  DEAD_LETTER_TOPIC,
  STREAM_EVENTS_TOPIC,
} from "#shared/domain/topics.ts";
import {
  makePlayRecord,
  SEED,
  SIZES,
} from "#tests/support/pipeline/make-plays.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";
import type { Pipeline } from "#tests/support/pipeline/start-pipeline.ts";
import {
  type CollectedSpan,
  type Collector,
  startCollector,
} from "#tests/support/tracing/collector.ts";
import { PRODUCER } from "#tests/support/tracing/trace-headers.ts";

const NEW_ID = 5001;
/** SPAN_KIND_PRODUCER of OTLP. */
const PRODUCER_KIND = 4;
const NEW_USER = {
  user_id: NEW_ID,
  username: "planted",
  age: 30,
  gender: "F",
  subscription_type: "Free",
  registration_date: "2026-01-01",
  country: "AT",
};

const cleanups = createCleanups();
let scene: Scene;
let connections: Connections;
let collector: Collector;
/** What the collector was sent while it was one that works. */
let spans: readonly CollectedSpan[];
beforeAll(async () => {
  collector = await startCollector();
  cleanups.add(() => collector.close());
  scene = await openScene();
  cleanups.add(() => scene.close());
  connections = await scene.beginAnew();
  await withTraces(collector.endpoint, async (pipeline) => {
    await producePlay(pipeline, 0);
    await scene.topics.send(STREAM_EVENTS_TOPIC, [
      {
        ...makePlayRecord({ user_id: NEW_ID }),
        headers: {
          traceparent: `00-${PRODUCER.traceId}-${PRODUCER.spanId}-01`,
        },
      },
      {
        ...makePlayRecord(),
        headers: { traceparent: "x".repeat(10_000), tracestate: "\u0000" },
      },
    ]);
    await pipeline.untilConsumed();
    // Now the letter is in its topic.
    await pipeline.untilConsumed();
    await scene.topics.send("users", [
      { key: String(NEW_ID), value: JSON.stringify(NEW_USER) },
    ]);
    await pipeline.untilConsumed();
    await pipeline.invoke("redrive", { flush: true });
    // A group commits when the answer is there, and that comes after the spans.
    await pipeline.untilConsumed();
  });
  spans = collector.spans();
});
afterAll(() => cleanups.run());

/** Runs a pipeline whose every record is traced, where it is given a collector; redrives are the test's own. */
function withTraces(
  endpoint: string,
  work: (pipeline: Pipeline) => Promise<void>,
): Promise<void> {
  return scene.withPipeline(
    connections,
    {
      topics: ["users", STREAM_EVENTS_TOPIC, DEAD_LETTER_TOPIC],
      hasSchedules: false,
      environment: {
        STREAMING_TRACES_ENDPOINT: endpoint,
        STREAMING_TRACES_SAMPLED: "100%",
      },
    },
    work,
  );
}

/** Has the producer send one play; each index is another one. */
async function producePlay(pipeline: Pipeline, index: number): Promise<void> {
  await pipeline.invoke("produce-batch", {
    from: "2026-03-01T12:00:00Z",
    to: "2026-03-01T12:01:00Z",
    count: 10,
    firstIndex: index,
    lastIndex: index,
    seed: SEED,
    catalogue: SIZES,
  });
}

async function count(table: string): Promise<number> {
  const rows = await selectRows<{ count: number }>(
    connections.databaseUrls.owner,
    `select count(*)::integer as count from ${table}`,
  );
  return rows[0]?.count ?? 0;
}

const listTrace = (traceId: string | undefined) =>
  spans.filter((span) => span.traceId === traceId);

const describeSpan = ({ service, name, attributes }: CollectedSpan) =>
  [
    `${String(service)}: ${name}`,
    attributes["streaming.attempt"] === undefined
      ? undefined
      : `attempt ${String(attributes["streaming.attempt"])}`,
    attributes["streaming.outcome"],
    attributes["streaming.rejection.reason"],
  ]
    .filter((part) => part !== undefined)
    .join(" ");

it("the trace of a produced play goes from its sending to the commit", () => {
  const first = spans.find(
    (span) => span.service === "produce-batch" && span.kind === PRODUCER_KIND,
  );
  const [handled, ...more] = listTrace(first?.traceId).filter(
    (span) => span !== first,
  );

  expect(more).toEqual([]);
  expect([first, handled].map((span) => span && describeSpan(span))).toEqual([
    "produce-batch: send stream-events",
    "aggregate-micro-batch: process stream-events accepted",
  ]);
  expect(first?.parentSpanId ?? "").toBe("");
  expect(handled?.parentSpanId).toBe(first?.spanId);
  expect(handled?.attributes).toMatchObject({ "kafka.offset": 0 });

  const [link] = handled?.links ?? [];
  const invocation = spans.find(({ spanId }) => spanId === link?.spanId);
  expect(invocation?.links).toContainEqual(
    expect.objectContaining({ traceId: first?.traceId, spanId: first?.spanId }),
  );
  expect(invocation?.attributes["streaming.accepted"]).toBeGreaterThan(0);
  const within = listTrace(invocation?.traceId);
  expect(within.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["decode event", "decode plays", "close windows"]),
  );
  const inserting = within.find(({ attributes }) =>
    [attributes["streaming.statements"]]
      .flat()
      .includes("aggregate-micro-batch/read_bounds"),
  );
  const commit = within.find(
    ({ name, parentSpanId }) =>
      name === "commit" && parentSpanId === inserting?.spanId,
  );
  expect(inserting?.name).toBe("transaction");
  // A function's spans come in the order of their ends; their times are those of a clock that may be set meanwhile.
  const end = (span: CollectedSpan | undefined) =>
    span === undefined ? Infinity : spans.indexOf(span);
  expect(end(handled)).toBeGreaterThan(end(commit));
});

it("the trace of a play whose user comes later goes on over its dead letter and its redrive", () => {
  const trace = listTrace(PRODUCER.traceId);

  expect(trace.map(describeSpan).toSorted()).toEqual([
    "aggregate-micro-batch: process stream-events attempt 2 accepted",
    "aggregate-micro-batch: process stream-events rejected unknown_reference",
    "aggregate-micro-batch: send dead-letter-queue",
    "dead-letter: process dead-letter-queue accepted",
    "redrive: send stream-events",
  ]);
  expect(new Set(trace.map(({ parentSpanId }) => parentSpanId))).toEqual(
    new Set([PRODUCER.spanId]),
  );
});

it("a play whose header is no trace's lands, and is in no trace", async () => {
  const outcomes = spans.filter(
    ({ name, attributes }) =>
      name === "process stream-events" &&
      attributes["streaming.outcome"] !== undefined,
  );

  expect(await count("stream_events")).toBe(3);
  expect(outcomes).toHaveLength(3);
});

it("no span holds what records hold", async () => {
  const ids = await selectRows<{ event_id: string }>(
    connections.databaseUrls.owner,
    "select event_id from stream_events",
  );

  expect(ids).toHaveLength(3);
  for (const secret of [...ids.map((row) => row.event_id), "planted"])
    expect(collector.text()).not.toContain(secret);
  expect(spans.flatMap(({ events }) => events)).toEqual([]);
});

it("a collector that is down changes nothing, and is told of once", async () => {
  const endpoint = `http://127.0.0.1:${await findFreePort()}`;
  await withTraces(endpoint, async (pipeline) => {
    await producePlay(pipeline, 1);
    await producePlay(pipeline, 2);
    await pipeline.untilConsumed();
  });

  const { dataDir } = scene.settingsFor(connections, {});
  const log = await readFile(
    join(dataDir, "logs", "produce-batch.log"),
    "utf8",
  );
  const told = log.split("\n").filter((line) => line.includes(endpoint));
  expect(await count("stream_events")).toBe(5);
  expect(told).toEqual([
    expect.stringMatching(/"WARN".*no traces are sent: .*ECONNREFUSED/),
  ]);
});

it("without a collector no record has a header more", async () => {
  const before = collector.text();
  await withTraces("", async (pipeline) => {
    await producePlay(pipeline, 3);
    await pipeline.untilConsumed();
  });

  const records = await scene.topics.readAll([STREAM_EVENTS_TOPIC]);
  const bare = records.filter(({ headers }) => headers.length === 0);
  expect(await count("stream_events")).toBe(6);
  expect([records.length, bare.length]).toEqual([7, 1]);
  expect(collector.text()).toBe(before);
});
