import { default as middy } from "@middy/core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { answerItemFailures } from "#shared/lambda/answer-item-failures.ts";
import { decodeRecords } from "#shared/lambda/decode-records.ts";
import {
  emitMetrics,
  type EmitMetricsOptions,
} from "#shared/lambda/emit-metrics.ts";
import {
  listPlayMetrics,
  listRecordMetrics,
} from "#shared/lambda/list-outcome-metrics.ts";
import type { Gauge } from "#shared/lambda/read-gauges.ts";
import type { OutcomeSummary } from "#shared/lambda/summarize-outcomes.ts";
import { collectLog } from "#tests/support/collect-log.ts";
import {
  findEmbeddedMetrics,
  summarizeMetrics,
} from "#tests/support/embedded-metrics/parse-embedded-metrics.ts";
import { PLENTY_OF_TIME } from "#tests/support/invocation-time.ts";

const SUMMARY: OutcomeSummary = {
  accepted: 90,
  duplicate: 5,
  late: 2,
  rejected: { malformed_json: 3, unknown_reference: 4 },
};
const SUCCESSFUL = {
  'InvocationErrors{service="plays"}': 0,
  'InvocationDurationSeconds{service="plays"}': expect.any(Number),
};
const FAILED = { ...SUCCESSFUL, 'InvocationErrors{service="plays"}': 1 };

let written = "";
beforeEach(() => {
  written = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

type Options = Partial<EmitMetricsOptions<OutcomeSummary>>;

/** Invokes a handler of this function; gives what became of it, the metrics that were written, and the log. */
async function invoke(use: () => unknown, options: Options = {}) {
  const { logger, lines } = collectLog();
  const given = { functionName: "plays", namespace: "music", logger };
  const handler = middy(async () => use());
  Reflect.apply(handler.use, handler, [emitMetrics({ ...given, ...options })]);
  const call: () => Promise<unknown> = async () =>
    await Reflect.apply(handler, undefined, [{}, PLENTY_OF_TIME]);
  const [settled] = await Promise.allSettled([call()]);
  const metrics = findEmbeddedMetrics(written);
  return { settled, lines, metrics, values: summarizeMetrics(metrics, "sum") };
}

const listOneLatePlay = () => [{ name: "PlaysLate", value: 1 } as const];
const succeed = () => ({ summary: SUMMARY });

describe("an invocation", () => {
  test("writes what its summary counts, rejections by reason, with units and namespace", async () => {
    const { settled, values, metrics, lines } = await invoke(succeed, {
      count: listPlayMetrics,
    });

    expect(settled).toEqual({
      status: "fulfilled",
      value: { summary: SUMMARY },
    });
    expect(values).toEqual({
      ...SUCCESSFUL,
      'PlaysAccepted{service="plays"}': 90,
      'PlaysDuplicate{service="plays"}': 5,
      'PlaysLate{service="plays"}': 2,
      'RecordsRejected{reason="malformed_json",service="plays"}': 3,
      'RecordsRejected{reason="unknown_reference",service="plays"}': 4,
    });
    expect(new Set(metrics.map(({ namespace }) => namespace))).toEqual(
      new Set(["music"]),
    );
    for (const { name, unit } of metrics)
      expect({ name, unit }).toEqual({
        name,
        unit: name.endsWith("Seconds") ? "Seconds" : "Count",
      });
    expect(lines).toEqual([]);
  });

  test("is one of several in an environment, and each writes its own", async () => {
    const { logger } = collectLog();
    const options = {
      functionName: "plays",
      namespace: "music",
      logger,
      count: listOneLatePlay,
    };
    const handler = middy(async () => ({ summary: {} })).use(
      emitMetrics(options),
    );

    for (let calls = 0; calls < 3; calls += 1)
      await Reflect.apply(handler, undefined, [{}, {}]);

    expect(summarizeMetrics(findEmbeddedMetrics(written), "sum")).toMatchObject(
      { 'PlaysLate{service="plays"}': 3 },
    );
  });

  test("of records that are no plays counts records", async () => {
    const { values } = await invoke(succeed, { count: listRecordMetrics });

    expect(values).toMatchObject({
      'RecordsAccepted{service="plays"}': 90,
      'RecordsDuplicate{service="plays"}': 5,
    });
    expect(Object.keys(values).join()).not.toContain("Plays");
  });

  test.for([undefined, null, 7, {}])(
    "that answers %j has nothing to count",
    async (answer) => {
      const { settled, values, lines } = await invoke(() => answer, {
        count: listPlayMetrics,
      });

      expect(settled).toEqual({ status: "fulfilled", value: answer });
      expect(values).toEqual(SUCCESSFUL);
      expect(lines).toEqual([]);
    },
  );

  test("that fails writes its error and its gauges, and fails with the same error", async () => {
    const error = new Error("no database");

    const { settled, values } = await invoke(() => Promise.reject(error), {
      count: listPlayMetrics,
      gauges: [async () => [{ name: "DeadLettersDue", value: 8 }]],
    });

    expect(settled).toEqual({ status: "rejected", reason: error });
    expect(values).toEqual({ ...FAILED, 'DeadLettersDue{service="plays"}': 8 });
  });

  test("whose event cannot be decoded is an error, and a summary is counted before the answer is cut to item failures", async () => {
    const { logger } = collectLog();
    const answer = { batchItemFailures: [], summary: SUMMARY };
    const handler = middy(async () => answer)
      .use(answerItemFailures())
      .use(
        emitMetrics({
          functionName: "plays",
          namespace: "music",
          logger,
          count: listPlayMetrics,
        }),
      )
      .use(decodeRecords());
    const call = (event: object): Promise<unknown> =>
      Reflect.apply(handler, undefined, [event, {}]);

    await expect(call({})).rejects.toMatchObject({
      code: "invalid_kafka_event",
    });
    await expect(
      call({ eventSource: "aws:kafka", records: {} }),
    ).resolves.toEqual({ batchItemFailures: [] });

    expect(summarizeMetrics(findEmbeddedMetrics(written), "sum")).toMatchObject(
      {
        'InvocationErrors{service="plays"}': 1,
        'PlaysAccepted{service="plays"}': 90,
      },
    );
  });

  test("writes nothing and reads no gauge without a namespace", async () => {
    const gauge = vi.fn<Gauge>(async () => []);

    const { settled } = await invoke(succeed, {
      namespace: undefined,
      gauges: [gauge],
    });

    expect(settled).toMatchObject({ status: "fulfilled" });
    expect(written).toBe("");
    expect(gauge).not.toHaveBeenCalled();
  });
});

describe("a fault of a metric is logged, and costs neither the invocation nor other metrics:", () => {
  const DUE = { name: "DeadLettersDue", value: 8 } as const;

  test.each<[string, Options, unknown]>([
    [
      "a value that is no number",
      { count: () => [{ name: "PlaysLate", value: NaN }, DUE] },
      ["PlaysLate: NaN is no finite number"],
    ],
    [
      "a value that is infinite",
      { count: () => [{ name: "PlaysLate", value: Infinity }, DUE] },
      ["PlaysLate: Infinity is no finite number"],
    ],
    [
      "a dimension with a metric's name",
      {
        count: () => [
          { name: "PlaysLate", value: 1, dimensions: { PlaysLate: "x" } },
          DUE,
        ],
      },
      [expect.stringContaining("PlaysLate")],
    ],
    [
      "a count that throws",
      {
        count: () => {
          throw new Error("cannot count");
        },
        gauges: [async () => [DUE]],
      },
      ["cannot count"],
    ],
    [
      "a gauge that fails",
      {
        gauges: [
          () => Promise.reject(new Error("Kafka is down")),
          async () => [DUE],
        ],
      },
      ["Kafka is down"],
    ],
    [
      "a gauge that throws at once",
      {
        gauges: [
          () => {
            throw new Error("broken");
          },
          async () => [DUE],
        ],
      },
      ["broken"],
    ],
  ])("%s", async (_, options, faults) => {
    const { settled, values, lines } = await invoke(succeed, options);

    expect(settled).toEqual({
      status: "fulfilled",
      value: { summary: SUMMARY },
    });
    expect(values).toEqual({
      ...SUCCESSFUL,
      'DeadLettersDue{service="plays"}': 8,
    });
    expect(lines).toEqual([["error", "metrics are missing", { faults }]]);
  });

  test("a gauge that takes too long, which is not read a second time meanwhile", async () => {
    const { logger, lines } = collectLog();
    const { promise, resolve } = Promise.withResolvers<[]>();
    const slow = vi.fn<Gauge>(() => promise);
    const next = vi.fn<Gauge>(async () => []);
    const handler = middy(async () => ({ summary: {} })).use(
      emitMetrics({
        functionName: "plays",
        namespace: "music",
        logger,
        gauges: [async () => [DUE], slow, next],
      }),
    );
    const call: () => Promise<unknown> = async () =>
      await Reflect.apply(handler, undefined, [
        {},
        { getRemainingTimeInMillis: () => 20 },
      ]);

    await call();
    await call();

    expect(slow).toHaveBeenCalledTimes(1);
    expect(lines.map(([, , fields]) => fields)).toEqual([
      { faults: ["gauges were not read within 10 ms"] },
      { faults: ["gauges are still being read"] },
    ]);
    expect(summarizeMetrics(findEmbeddedMetrics(written), "sum")).toMatchObject(
      { 'DeadLettersDue{service="plays"}': 8 },
    );
    resolve([]);
    await new Promise(setImmediate);
    // Its time is over, whenever the one before it ends.
    expect(next).not.toHaveBeenCalled();
    await expect
      .poll(async () => {
        await call();
        return slow.mock.calls.length;
      })
      .toBeGreaterThan(1);
  });

  test("of a failed invocation leaves the error as it is", async () => {
    const error = new Error("no database");

    const { settled } = await invoke(() => Promise.reject(error), {
      gauges: [() => Promise.reject(new Error("no gauge either"))],
    });

    expect(settled).toEqual({ status: "rejected", reason: error });
  });
});

test.each([
  ["no name of the function", { functionName: "" }, "functionName"],
  ["an unknown option", { metrics: [] }, "metrics"],
  ["a logger that cannot log", { logger: {} }, "logger"],
  ["gauges that are no functions", { gauges: [1] }, "gauges"],
  ["a count that is no function", { count: "all" }, "count"],
])(
  "%s is refused at the cold start, with a namespace and without",
  (_, wrong, fault) => {
    const { logger } = collectLog();
    const options = { functionName: "plays", logger, ...wrong };

    for (const namespace of [undefined, "music"])
      expect(() =>
        Reflect.apply(emitMetrics, undefined, [{ namespace, ...options }]),
      ).toThrow(fault);
  },
);
