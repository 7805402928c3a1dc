import { afterAll, beforeAll, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { findFreePort } from "#compose/embedded/ports.ts";
import { systemClock } from "#compose/event-source-mapping/clock.ts";
import type { Invoker } from "#compose/event-source-mapping/invoker.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { openMetrics, type Metrics } from "#compose/metrics/open-metrics.ts";
import { openStatusReader } from "#compose/runner/status-reader.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { startRelay } from "#tests/integration/shared/adapters/postgres/tcp-relay.ts";
import {
  makePlayJson,
  makePlayRecord,
} from "#tests/support/pipeline/make-plays.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";
import type { Pipeline } from "#tests/support/pipeline/start-pipeline.ts";
import {
  readValues,
  scrape,
  scrapeValues,
} from "#tests/support/prometheus/scrape.ts";

const PLAYS = `topic="${STREAM_EVENTS_TOPIC}"`;
const PARTITIONS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const PARTITION = 3;
const EVENT_ID = crypto.randomUUID();
const SENT_AGAIN = makePlayJson({ event_id: EVENT_ID });
/** Two windows of five minutes, one of an hour; each way of being rejected leaves one letter. */
const RECORDS = [
  { key: EVENT_ID, value: SENT_AGAIN, partition: PARTITION },
  { key: EVENT_ID, value: SENT_AGAIN },
  { key: EVENT_ID, value: SENT_AGAIN },
  makePlayRecord({ timestamp: "2026-03-01T12:06:00Z" }),
  makePlayRecord({ user_id: 999_999 }),
  makePlayRecord({ song_id: "one" }),
  { key: "malformed", value: "{" },
  // The watermark waits until every partition has been heard of.
  ...PARTITIONS.map((partition) => makePlayRecord({}, partition)),
];

const cleanups = createCleanups();
let scene: Scene;
let connections: Connections;
let metrics: Metrics;
let metricsPort = 0;
beforeAll(async () => {
  scene = await openScene();
  cleanups.add(() => scene.close());
  metricsPort = await findFreePort();
  metrics = await openMetrics(metricsPort);
  cleanups.add(() => metrics.close());
  connections = await scene.beginAnew();
});
afterAll(() => cleanups.run());

const wrapInvoker = (invoker: Invoker) => metrics.invocations.measure(invoker);

/** Runs a pipeline whose metrics are served; they read Postgres by the URL that is given. */
async function withMetrics(
  work: (pipeline: Pipeline) => Promise<void>,
  { reader = connections.databaseUrls.reader, hasSchedules = true } = {},
): Promise<void> {
  const options = { wrapInvoker, hasSchedules };
  await scene.withPipeline(connections, options, async (pipeline) => {
    const { declaration, mappings } = pipeline;
    const statusReader = openStatusReader(declaration, {
      ...connections,
      databaseUrls: { ...connections.databaseUrls, reader },
    });
    const stopServing = metrics.serve({
      readStatus: () => statusReader.read(),
      mappings,
      clock: systemClock,
    });
    try {
      await work(pipeline);
    } finally {
      await stopServing();
      await statusReader.close();
    }
  });
}

/** Whether the runner knows a metric itself. */
const isOwn = (name: string) => /^streaming_(invocation|mapping)_/.test(name);

/** The one row of a query, counted by nobody's code but the test's. */
async function selectRow(text: string): Promise<Record<string, number>> {
  const [row = {}] = await selectRows(connections.databaseUrls.owner, text);
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, Number(value)]),
  );
}

const selectAges = () =>
  selectRow(`select
    (select extract(epoch from clock_timestamp() - watermark) from topic_watermarks where topic = 'stream-events') as delay,
    (select extract(epoch from clock_timestamp() - min(first_seen_at)) from dead_letters) as oldest,
    (select extract(epoch from clock_timestamp() - min(newest_record_at)) from partition_ledger
       where topic = 'stream-events' and partition = ${PARTITION}) as lag`);

it("a scrape of a running pipeline gives what Postgres and Kafka hold", async () => {
  await withMetrics(async (pipeline) => {
    await scene.topics.send(STREAM_EVENTS_TOPIC, RECORDS);
    await pipeline.untilConsumed();
    // The letters themselves are consumed once their own topic is.
    await expect
      .poll(() => selectRow("select count(*) as count from dead_letters"))
      .toEqual({ count: 3 });
    await pipeline.drain();
    await scene.topics.send(STREAM_EVENTS_TOPIC, [
      makePlayRecord({ timestamp: "2026-03-01T12:01:00Z" }),
      makePlayRecord({ timestamp: "2026-03-01T14:00:00Z" }),
    ]);
    await pipeline.untilConsumed();

    const values = await scrapeValues(metricsPort);

    const { facts, open } = await selectRow(
      `select (select count(*) from stream_events) as facts,
         (select count(*) from hourly_live where not is_final) as open`,
    );
    expect([facts, open]).toEqual([PARTITIONS.length + 4, 1]);
    expect(values).toMatchObject({
      streaming_plays_accepted_total: facts,
      streaming_plays_duplicate_total: 2,
      streaming_plays_late_total: 1,
      'streaming_records_rejected_total{reason="unknown_reference"}': 1,
      'streaming_records_rejected_total{reason="invalid_schema"}': 1,
      'streaming_records_rejected_total{reason="malformed_json"}': 1,
      'streaming_windows_open{window_kind="hourly"}': open,
      'streaming_dead_letters{state="waiting"}': 3,
      [`streaming_topic_records_total{${PLAYS}}`]: RECORDS.length + 2,
      [`streaming_topic_lag_records{${PLAYS}}`]: 0,
      [`streaming_topic_lag_seconds{${PLAYS}}`]: 0,
      [`streaming_mapping_succeeded_events_total{function="aggregate-micro-batch",${PLAYS}}`]:
        RECORDS.length + 2,
    });
    const invocations =
      values[
        'streaming_invocation_duration_seconds_count{function="aggregate-micro-batch"}'
      ];
    expect(invocations).toBeGreaterThan(0);
    expect(invocations).toBeLessThanOrEqual(RECORDS.length + 2);
  });
});

it("ages are those of the database's clock, and lag is what no handler has had", async () => {
  await withMetrics(
    async (pipeline) => {
      await Promise.all(pipeline.mappings.map((mapping) => mapping.stop()));
      await scene.topics.send(STREAM_EVENTS_TOPIC, [
        makePlayRecord({}, PARTITION),
        makePlayRecord({}, PARTITION),
      ]);
      const before = await selectAges();
      const values = await scrapeValues(metricsPort);
      const after = await selectAges();

      expect(values[`streaming_topic_lag_records{${PLAYS}}`]).toBe(2);
      for (const [metric, age] of Object.entries({
        streaming_watermark_delay_seconds: "delay",
        streaming_dead_letter_oldest_waiting_seconds: "oldest",
        [`streaming_topic_lag_seconds{${PLAYS}}`]: "lag",
      })) {
        // Postgres gives some of them in whole milliseconds.
        const [from = NaN, to = NaN] = [before[age], after[age]];
        const value = values[metric] ?? NaN;
        expect({
          metric,
          isWithin: value > from - 0.001 && value < to + 0.001,
        }).toEqual({ metric, isWithin: true });
      }
    },
    { hasSchedules: false },
  );
});

it("while Postgres is down a scrape has what the runner knows itself, at once, and the next one after it is back has all", async () => {
  const url = new URL(connections.databaseUrls.reader);
  const postgresPort = Number(url.port);
  const relayPort = await findFreePort();
  url.port = String(relayPort);
  let stopRelay = await startRelay(relayPort, postgresPort);
  await withMetrics(
    async () => {
      const before = await scrapeValues(metricsPort);
      await stopRelay();

      const { status, text } = await scrape(metricsPort);

      expect(status).toBe(200);
      expect(text).toMatch(
        /\n# The status cannot be read: Postgres cannot be reached: .*\n$/,
      );
      expect(text).not.toContain(url.password);
      expect(before).toMatchObject({ streaming_status_up: 1 });
      expect(Object.keys(readValues(text)).sort()).toEqual(
        [...Object.keys(before).filter(isOwn), "streaming_status_up"].sort(),
      );
      expect(readValues(text)).toMatchObject({ streaming_status_up: 0 });
      stopRelay = await startRelay(relayPort, postgresPort);
      const after = await scrapeValues(metricsPort);
      expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
      expect(after).toMatchObject({ streaming_status_up: 1 });
    },
    { reader: url.href, hasSchedules: false },
  );
  await stopRelay();
});
