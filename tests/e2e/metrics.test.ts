import { afterAll, beforeAll, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { findFreePort } from "#compose/embedded/ports.ts";
import { systemClock } from "#compose/event-source-mapping/clock.ts";
import type { Invoker } from "#compose/event-source-mapping/invoker.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { openMetrics, type Metrics } from "#compose/metrics/open-metrics.ts";
import { openStatusReader } from "#compose/runner/status-reader.ts";
import { STREAM_EVENTS_TOPIC, TOPICS } from "#shared/domain/topics.ts";
import { summarizeMetrics } from "#tests/support/embedded-metrics/parse-embedded-metrics.ts";
import { readFunctionLogs } from "#tests/support/embedded-metrics/read-function-logs.ts";
import { startTcpProxy } from "#tests/support/faults/tcp-proxy.ts";
import {
  makePlayJson,
  makePlayRecord,
} from "#tests/support/pipeline/make-plays.ts";
import { NEW_ID, NEW_ROWS } from "#tests/support/pipeline/new-rows.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";
import type { Pipeline } from "#tests/support/pipeline/start-pipeline.ts";
import {
  readValues,
  scrape,
  scrapeValues,
} from "#tests/support/prometheus/scrape.ts";

const NAMESPACE = "music-streaming";
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
  const options = {
    wrapInvoker,
    hasSchedules,
    environment: { STREAMING_METRICS_NAMESPACE: NAMESPACE },
  };
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

/** What these functions have written for CloudWatch since the file's start. */
const readWritten = (...functionNames: string[]) =>
  readFunctionLogs(scene.settingsFor(connections, {}).dataDir, functionNames);

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

it("what the functions have counted for CloudWatch is in the tables", async () => {
  const written = await readWritten(
    "aggregate-micro-batch",
    "close-windows",
    "dead-letter",
  );

  const { accepted, duplicate, late, letters } = await selectRow(`select
    (select count(*) from stream_events) as accepted,
    (select count(*) from dead_letters) as letters,
    sum(duplicate_count) as duplicate, sum(late_count) as late
    from partition_ledger where topic = 'stream-events'`);
  expect([accepted, duplicate, late, letters]).toEqual([
    PARTITIONS.length + 4,
    2,
    1,
    3,
  ]);
  const service = 'service="aggregate-micro-batch"';
  expect(summarizeMetrics(written, "sum")).toMatchObject({
    [`PlaysAccepted{${service}}`]: accepted,
    [`PlaysDuplicate{${service}}`]: duplicate,
    [`PlaysLate{${service}}`]: late,
    [`RecordsRejected{reason="unknown_reference",${service}}`]: 1,
    [`RecordsRejected{reason="invalid_schema",${service}}`]: 1,
    [`RecordsRejected{reason="malformed_json",${service}}`]: 1,
    [`InvocationErrors{${service}}`]: 0,
    'RecordsAccepted{service="dead-letter"}': letters,
    'RecordsDuplicate{service="dead-letter"}': 0,
    'InvocationErrors{service="close-windows"}': 0,
  });
  expect(new Set(written.map(({ namespace }) => namespace))).toEqual(
    new Set([NAMESPACE]),
  );
  expect(
    written.filter(
      ({ name, unit }) =>
        unit !== (name.endsWith("Seconds") ? "Seconds" : "Count"),
    ),
  ).toEqual([]);
});

it("ages are those of the database's clock, and lag is what no handler has had, in Prometheus and in CloudWatch", async () => {
  let before: Record<string, number> = {};
  let values: Readonly<Record<string, number>> = {};
  let after: Record<string, number> = {};
  await withMetrics(
    async (pipeline) => {
      await Promise.all(pipeline.mappings.map((mapping) => mapping.stop()));
      await scene.topics.send(STREAM_EVENTS_TOPIC, [
        makePlayRecord({}, PARTITION),
        makePlayRecord({}, PARTITION),
      ]);
      await scene.topics.send("users", [
        { key: String(NEW_ID), value: JSON.stringify(NEW_ROWS.users) },
      ]);
      before = await selectAges();
      values = await scrapeValues(metricsPort);
      await pipeline.invoke("redrive", {});
      // One that fails writes what can be measured all the same.
      await expect(
        pipeline.invoke("close-windows", { other: 1 }),
      ).rejects.toMatchObject({ code: "function_failed" });
      after = await selectAges();
    },
    { hasSchedules: false },
  );
  const written = await readWritten("close-windows", "redrive");
  const errors = summarizeMetrics(written, "sum");
  const gauges = summarizeMetrics(written, "last");
  const { minutes, hourly, waiting, marked } = await selectRow(`select
    (select count(distinct window_start) from revision_marks where window_kind = 'hourly') as marked,
    (select count(distinct time_window) from device_live where not is_final) as minutes,
    (select count(distinct time_window) from hourly_live where not is_final) as hourly,
    (select count(*) from dead_letters where state = 'waiting') as waiting`);
  const closer = 'service="close-windows"';

  expect([minutes, hourly, waiting]).toEqual([1, 1, 3]);
  expect(values[`streaming_topic_lag_records{${PLAYS}}`]).toBe(2);
  for (const { topic } of TOPICS.filter(
    (declared) => declared.topic !== STREAM_EVENTS_TOPIC,
  )) {
    expect(gauges).toMatchObject({
      [`TopicLagRecords{${closer},topic="${topic}"}`]:
        topic === "users" ? 1 : 0,
    });
  }
  expect(errors[`InvocationErrors{${closer}}`]).toBe(1);
  expect(gauges).toMatchObject({
    [`TopicLagRecords{${closer},${PLAYS}}`]: 2,
    [`WindowsOpen{${closer},window_kind="minutes"}`]: minutes,
    [`WindowsOpen{${closer},window_kind="hourly"}`]: hourly,
    [`WindowsDue{${closer},window_kind="hourly"}`]: 0,
    [`WindowsToRevise{${closer},window_kind="hourly"}`]: marked,
    'DeadLetters{service="redrive",state="waiting"}': waiting,
    'DeadLetters{service="redrive",state="buried"}': 0,
    'DeadLettersDue{service="redrive"}': 0,
  });
  const measured = { ...values, ...gauges };
  for (const [metric, age] of [
    ["streaming_watermark_delay_seconds", "delay"],
    [`WatermarkDelaySeconds{${closer}}`, "delay"],
    ["streaming_dead_letter_oldest_waiting_seconds", "oldest"],
    ['DeadLetterOldestWaitingSeconds{service="redrive"}', "oldest"],
    [`streaming_topic_lag_seconds{${PLAYS}}`, "lag"],
    [`TopicLagSeconds{${closer},${PLAYS}}`, "lag"],
  ] as const) {
    // Postgres gives some of them in whole milliseconds.
    const [from = NaN, to = NaN] = [before[age], after[age]];
    const value = measured[metric] ?? NaN;
    expect({
      metric,
      isWithin: value > from - 0.001 && value < to + 0.001,
    }).toEqual({ metric, isWithin: true });
  }
});

it("while Postgres is down a scrape has what the runner knows itself, at once, and the next one after it is back has all", async () => {
  const url = new URL(connections.databaseUrls.reader);
  const postgresPort = Number(url.port);
  let proxy = await startTcpProxy({ targetPort: postgresPort });
  const { port } = proxy;
  url.port = String(port);
  await withMetrics(
    async () => {
      const before = await scrapeValues(metricsPort);
      await proxy.close();

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
      proxy = await startTcpProxy({ port, targetPort: postgresPort });
      const after = await scrapeValues(metricsPort);
      expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
      expect(after).toMatchObject({ streaming_status_up: 1 });
    },
    { reader: url.href, hasSchedules: false },
  );
  await proxy.close();
});
