import { default as middy } from "@middy/core";
import { describe, expect, test } from "vitest";

import { PipelineError } from "#shared/errors.ts";
import { decodeRecords } from "#shared/lambda/decode-records.ts";
import { logInvocation } from "#shared/lambda/log-invocation.ts";

/** A logger that keeps its lines. */
function createMemoryLogger() {
  const lines: { level: string; message: unknown; fields: unknown }[] = [];
  const keep =
    (level: string) =>
    (message: unknown, ...[fields]: unknown[]) => {
      lines.push({ level, message, fields });
    };
  return { lines, info: keep("info"), error: keep("error") };
}

const recordAt = (partition: number, offset: number) => ({
  topic: "plays",
  partition,
  offset,
  timestamp: 0,
  value: "c2VjcmV0",
});
const EVENT = {
  eventSource: "aws:kafka",
  records: {
    "plays-0": [recordAt(0, 5), recordAt(0, 9)],
    "plays-1": [recordAt(1, 2)],
  },
};

/** Invokes a handler of this function with both middlewares; gives its log and its response or error. */
async function invoke(
  use: (event: unknown) => unknown,
  event: unknown = EVENT,
) {
  const logger = createMemoryLogger();
  const handler = middy(async (given: unknown) => use(given));
  if (event === EVENT) handler.use(decodeRecords());
  handler.use(logInvocation({ logger }));
  const call: () => Promise<unknown> = async () =>
    await Reflect.apply(handler, undefined, [event, {}]);
  const [settled] = await Promise.allSettled([call()]);
  return { lines: logger.lines, settled };
}

describe("an invocation writes one line", () => {
  test("with offsets, records, the handler's summary and the time it took", async () => {
    const { lines, settled } = await invoke(() => ({
      summary: { inserted: 3 },
      batchItemFailures: [],
    }));

    expect(settled).toEqual({
      status: "fulfilled",
      value: { summary: { inserted: 3 }, batchItemFailures: [] },
    });
    expect(lines).toEqual([
      {
        level: "info",
        message: "invocation",
        fields: {
          records: 3,
          partitions: [
            { partition: "plays-0", first: 5, last: 9, records: 2 },
            { partition: "plays-1", first: 2, last: 2, records: 1 },
          ],
          inserted: 3,
          duration_ms: expect.any(Number),
        },
      },
    ]);
  });

  test.for([undefined, null, 7, {}, { summary: "text" }])(
    "also when the handler answers %j",
    async (response) => {
      const { lines, settled } = await invoke(() => response, { time: "now" });

      expect(settled).toEqual({ status: "fulfilled", value: response });
      expect(lines).toEqual([
        {
          level: "info",
          message: "invocation",
          fields: { duration_ms: expect.any(Number) },
        },
      ]);
    },
  );
});

describe("a failed invocation", () => {
  test("writes code, message and causes, and still fails with the same error", async () => {
    const cause = Object.assign(new Error("connection refused"), {
      code: "ECONNREFUSED",
    });
    const error = new PipelineError("no database", {
      code: "postgres_down",
      domain: "external",
      cause,
    });

    const { lines, settled } = await invoke(() => {
      throw error;
    });

    expect(settled).toEqual({ status: "rejected", reason: error });
    expect(lines).toEqual([
      {
        level: "error",
        message: "invocation failed",
        fields: expect.objectContaining({
          records: 3,
          errors: [
            {
              name: "PipelineError",
              code: "postgres_down",
              message: "no database",
            },
            {
              name: "Error",
              code: "ECONNREFUSED",
              message: "connection refused",
            },
          ],
        }),
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain("secret");
  });

  test("is written when an earlier middleware fails", async () => {
    const logger = createMemoryLogger();
    const handler = middy(async () => "never")
      .use(decodeRecords())
      .use(logInvocation({ logger }));

    const call: () => Promise<unknown> = async () =>
      await Reflect.apply(handler, undefined, [{}, {}]);

    await expect(call()).rejects.toMatchObject({ code: "invalid_kafka_event" });
    expect(logger.lines).toMatchObject([
      { level: "error", fields: { errors: [{ code: "invalid_kafka_event" }] } },
    ]);
  });

  test("of something that is no error, or whose causes run in a circle, is written too", async () => {
    const circle = new Error("round");
    circle.cause = circle;

    const thrown = await invoke(() => Promise.reject("text"));
    const circular = await invoke(() => Promise.reject(circle));

    expect(thrown.settled).toEqual({ status: "rejected", reason: "text" });
    expect(thrown.lines).toMatchObject([
      { fields: { errors: [{ name: "string" }] } },
    ]);
    expect(circular.lines).toMatchObject([
      {
        fields: {
          errors: Array.from({ length: 5 }, () => ({ name: "Error" })),
        },
      },
    ]);
  });
});
