import { once } from "node:events";
import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";

import { findFreePort } from "#compose/embedded/ports.ts";
import { systemClock } from "#compose/event-source-mapping/clock.ts";
import type { CountingMapping } from "#compose/metrics/list-mapping-families.ts";
import { openMetrics, type Metrics } from "#compose/metrics/open-metrics.ts";
import type { Status } from "#compose/runner/read-status.ts";
import {
  readValues,
  scrape,
  scrapeValues,
} from "#tests/support/prometheus/scrape.ts";
import {
  countingMapping,
  DRAINED,
  sequenceInvoker,
} from "#tests/unit/compose/runner/fakes.ts";

const SHORT_MS = 20;

async function open(timeoutMs?: number): Promise<[Metrics, number]> {
  const port = await findFreePort();
  const metrics = await openMetrics(port, timeoutMs);
  onTestFinished(() => metrics.close());
  return [metrics, port];
}

function serve(
  metrics: Metrics,
  readStatus: () => Promise<Status>,
  mappings: readonly CountingMapping[] = [],
) {
  return metrics.serve({ readStatus, mappings, clock: systemClock });
}

const errorsOf = (kind: string) =>
  `streaming_invocation_errors_total{function="plays",kind="${kind}"}`;

/** What the runner knows of the mapping and of one throttled invocation, whatever the servers say. */
const OWN_VALUES = {
  'streaming_mapping_invoke_errors_total{function="plays",topic="stream-events"}': 3,
  'streaming_invocation_duration_seconds_count{function="plays"}': 1,
  [errorsOf("throttled")]: 1,
};
const isOfStatus = (sample: string) =>
  /^streaming_(topic|plays|records|watermark|windows|dead_letter)/.test(sample);

/** Answers when it is told to. */
function createSlowReading() {
  const { promise, resolve } = Promise.withResolvers<Status>();
  let readings = 0;
  return {
    count: () => readings,
    answer: () => resolve(DRAINED),
    read: () => {
      readings += 1;
      return promise;
    },
  };
}

test("before the runner is ready and when it stops, a scrape is told so", async () => {
  const [metrics, port] = await open();
  const refusal = {
    status: 503,
    text: "The runner is starting or stopping.\n",
  };

  expect(await scrape(port)).toEqual(refusal);
  const stopServing = serve(metrics, () => Promise.resolve(DRAINED));
  expect(await scrape(port)).toMatchObject({ status: 200 });
  await stopServing();
  expect(await scrape(port)).toEqual(refusal);
});

test("what cannot be read costs only itself, the reason is a comment, and the next scrape has it", async () => {
  const [metrics, port] = await open();
  const answers = [
    () => Promise.reject(new Error("Postgres is down:\nECONNREFUSED")),
    () => Promise.resolve(DRAINED),
  ];
  serve(metrics, async () => (answers.shift() ?? expect.unreachable)(), [
    countingMapping("plays", { InvokeErrorCount: 3 }),
  ]);
  await metrics.invocations
    .measure(sequenceInvoker([{ kind: "throttled" }]))
    .invoke("plays", new Uint8Array());

  const { status, text } = await scrape(port);

  expect(status).toBe(200);
  expect(text).toMatch(
    /\n# The status cannot be read: Postgres is down: ECONNREFUSED\n$/,
  );
  const values = readValues(text);
  expect(values).toMatchObject({ streaming_status_up: 0, ...OWN_VALUES });
  expect(Object.keys(values).filter(isOfStatus)).toEqual([]);
  const next = await scrapeValues(port);
  expect(next).toMatchObject({ streaming_status_up: 1, ...OWN_VALUES });
  expect(Object.keys(next).filter(isOfStatus)).not.toEqual([]);
});

test("servers that do not answer keep no scrape waiting, and are asked once", async () => {
  const [metrics, port] = await open(SHORT_MS);
  const reading = createSlowReading();
  serve(metrics, reading.read);

  const together = await Promise.all([scrape(port), scrape(port)]);
  const scrapes = [...together, await scrape(port)];
  reading.answer();

  for (const { status, text } of scrapes) {
    expect(status).toBe(200);
    expect(readValues(text)).toMatchObject({ streaming_status_up: 0 });
    expect(text).toContain(
      "# The status cannot be read: Kafka or Postgres has not answered within 0.02 s.\n",
    );
  }
  expect(reading.count()).toBe(1);
  await expect
    .poll(() => scrapeValues(port))
    .toMatchObject({ streaming_status_up: 1 });
});

test("invocations are measured by function, failures by kind, and a thrown error still reaches the caller", async () => {
  const [metrics, port] = await open();
  serve(metrics, () => Promise.resolve(DRAINED));
  const success = { kind: "success", requestId: "1", payload: null } as const;
  const measured = metrics.invocations.measure(
    sequenceInvoker([
      success,
      success,
      { kind: "throttled" },
      { kind: "service_error", message: "gone" },
      { ...success, kind: "function_error", functionError: "Handled" },
      { ...success, kind: "function_error", functionError: "Unhandled" },
      new Error("broken"),
    ]),
  );
  const invoke = () => measured.invoke("plays", new Uint8Array());

  for (let count = 0; count < 6; count += 1) await invoke();
  await expect(invoke()).rejects.toThrow("broken");

  expect(await scrapeValues(port)).toMatchObject({
    'streaming_invocation_duration_seconds_count{function="plays"}': 7,
    [errorsOf("throttled")]: 1,
    [errorsOf("service_error")]: 2,
    [errorsOf("handled")]: 1,
    [errorsOf("unhandled")]: 1,
  });
});

test("other paths and methods are refused", async () => {
  const [, port] = await open();
  const address = `http://127.0.0.1:${port}`;

  expect((await fetch(`${address}/`)).status).toBe(404);
  expect((await fetch(`${address}/metrics`, { method: "POST" })).status).toBe(
    405,
  );
});

test("a port in use is refused with its setting, and port 0 takes none", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  onTestFinished(() => {
    holder.close();
  });
  const address = holder.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;

  await expect(openMetrics(port)).rejects.toMatchObject({
    code: "port_in_use",
    domain: "user",
    message: expect.stringMatching(
      `127.0.0.1:${port}.*METRICS_PORT=\\d+.*METRICS_PORT=0 to do without`,
    ),
  });
  const none = await openMetrics(0);
  await none.close();
});
