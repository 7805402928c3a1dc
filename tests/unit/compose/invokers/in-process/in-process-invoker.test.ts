import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { InvocationResult } from "#compose/event-source-mapping/invoker.ts";
import type { InProcessFunction } from "#compose/invokers/in-process/execution-environment.ts";
import { createInProcessInvoker } from "#compose/invokers/in-process/in-process-invoker.ts";
import type { InProcessInvoker } from "#compose/invokers/in-process/in-process-invoker.ts";

const fixture = (name: string): string =>
  fileURLToPath(
    new URL(`../../../../fixtures/functions/${name}.ts`, import.meta.url),
  );

const invokers: InProcessInvoker[] = [];
const lines: string[] = [];

afterEach(async () => {
  await Promise.all(invokers.splice(0).map((invoker) => invoker.stop()));
  lines.length = 0;
});

function createInvoker(
  settings: Partial<InProcessFunction> = {},
  idleTimeoutMs?: number,
): InProcessInvoker {
  const invoker = createInProcessInvoker({
    functions: {
      example: {
        handlerFile: fixture("many-behaviours"),
        handlerExport: "handler",
        timeoutMs: 5000,
        memorySizeMb: 128,
        environment: { GREETING: "hello" },
        maximumConcurrency: 1,
        ...settings,
      },
    },
    onLog: (functionName, line) => lines.push(`${functionName}: ${line}`),
    ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
  });
  invokers.push(invoker);
  return invoker;
}

const order = (what: string, value?: unknown): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify({ do: what, value }));

function payloadOf(result: InvocationResult): unknown {
  if (!("payload" in result) || result.payload === null)
    throw new Error(`no payload in ${JSON.stringify(result)}`);
  return JSON.parse(Buffer.from(result.payload).toString("utf8"));
}

describe("a function that succeeds", () => {
  test("gets the event and gives back its result, both as JSON", async () => {
    const invoker = createInvoker();

    const result = await invoker.invoke(
      "example",
      order("echo", { text: "ÿ€𝄞", list: [1, null] }),
    );

    expect(result).toMatchObject({ kind: "success" });
    expect(payloadOf(result)).toStrictEqual({ text: "ÿ€𝄞", list: [1, null] });
  });

  test("without a result gives null", async () => {
    const result = await createInvoker().invoke("example", order("nothing"));

    expect(payloadOf(result)).toBeNull();
  });

  test("sees a context like Lambda's and no environment but its own", async () => {
    const result = await createInvoker().invoke("example", order("describe"));

    expect(payloadOf(result)).toMatchObject({
      functionName: "example",
      memoryLimitInMB: "128",
      arn: "arn:aws:lambda:us-east-1:000000000000:function:example",
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
      remainingMs: expect.toSatisfy(
        (remainingMs: number) => remainingMs > 4000 && remainingMs <= 5000,
      ),
    });
    expect(payloadOf(result)).toHaveProperty("environment", {
      GREETING: "hello",
    });
  });

  test("has its output handed on line by line", async () => {
    await createInvoker().invoke("example", order("log"));

    await vi.waitFor(() =>
      expect(lines.toSorted()).toStrictEqual([
        "example: second line",
        "example: to standard error",
        "example: to standard output",
      ]),
    );
  });

  test("takes the event's memory over instead of copying it", async () => {
    const event = order("echo", "x");

    await createInvoker().invoke("example", event);

    expect(event.byteLength).toBe(0);
  });
});

describe("a function that fails", () => {
  test("by an exception gives AWS's error and stays usable", async () => {
    const invoker = createInvoker();
    const before = payloadOf(await invoker.invoke("example", order("wait", 0)));

    const result = await invoker.invoke("example", order("throw"));

    expect(result).toMatchObject({
      kind: "function_error",
      functionError: "Unhandled",
    });
    expect(payloadOf(result)).toMatchObject({
      errorType: "RangeError",
      errorMessage: "nine is too many",
      trace: expect.arrayContaining(["RangeError: nine is too many"]),
    });
    expect(payloadOf(await invoker.invoke("example", order("wait", 0)))).toBe(
      before,
    );
  });

  test.each(["hang", "spin"])(
    "by a time-out (%s) is ended, and the next event gets a new environment",
    async (what) => {
      const invoker = createInvoker({ timeoutMs: 300 });

      const result = await invoker.invoke("example", order(what));

      expect(result).toMatchObject({ kind: "function_error" });
      expect(payloadOf(result)).toMatchObject({
        errorType: "Sandbox.Timedout",
        errorMessage: expect.stringContaining(
          "Task timed out after 0.30 seconds",
        ),
      });
      expect(await invoker.invoke("example", order("echo", 1))).toMatchObject({
        kind: "success",
      });
    },
  );

  test.each([
    ["exit", "exit status 3"],
    ["crash", "nobody catches this"],
    ["hoard", "ERR_WORKER_OUT_OF_MEMORY|memory limit"],
  ])(
    "by ending its runtime (%s) costs only its own invocation",
    async (what, message) => {
      const invoker = createInvoker({ timeoutMs: 60_000, memorySizeMb: 32 });

      const result = await invoker.invoke("example", order(what));

      expect(result).toMatchObject({ kind: "function_error" });
      expect(payloadOf(result)).toMatchObject({
        errorType: "Runtime.ExitError",
        errorMessage: expect.stringMatching(message),
      });
      expect(await invoker.invoke("example", order("echo", 1))).toMatchObject({
        kind: "success",
      });
    },
  );

  test.each([
    [{ handlerFile: fixture("cannot-be-loaded") }, "cannot be loaded"],
    [{ handlerFile: fixture("does-not-exist") }, "does-not-exist"],
    [{ handlerExport: "notAFunction" }, "exports no function"],
  ])("because it cannot be loaded says why: %j", async (settings, message) => {
    const result = await createInvoker(settings).invoke(
      "example",
      order("echo", 1),
    );

    expect(result).toMatchObject({ kind: "function_error" });
    expect(payloadOf(result)).toMatchObject({
      errorMessage: expect.stringContaining(message),
    });
  });

  test("because nobody knows it is a service error that names the known ones", async () => {
    const result = await createInvoker().invoke("another", order("echo", 1));

    expect(result).toStrictEqual({
      kind: "service_error",
      message: "function another is unknown; expected one of example",
    });
  });
});

const collectionsOf = async (invoker: InProcessInvoker) =>
  payloadOf(await invoker.invoke("example", order("list-collections")));

describe("an environment's garbage", () => {
  test("is collected when a large event is done, and all of it when no other follows", async () => {
    const invoker = createInvoker();
    await invoker.invoke("example", order("watch-collections"));

    await invoker.invoke("example", order("echo", "x".repeat(300_000)));

    await vi.waitFor(
      async () =>
        expect(await collectionsOf(invoker)).toEqual(["minor", "full"]),
      5000,
    );
  });

  test("is left to V8 after a small event", async () => {
    const invoker = createInvoker();
    await invoker.invoke("example", order("watch-collections"));

    await invoker.invoke("example", order("echo", "x".repeat(1000)));
    await invoker.invoke("example", order("wait", 50));

    expect(await collectionsOf(invoker)).toEqual([]);
  });
});

describe("execution environments", () => {
  test("run at once up to the concurrency", async () => {
    const invoker = createInvoker({ maximumConcurrency: 2 });

    const results = await Promise.all(
      [50, 50, 50, 50].map((waitMs) =>
        invoker.invoke("example", order("wait", waitMs)),
      ),
    );

    expect(new Set(results.map(payloadOf)).size).toBe(2);
  });

  test("are taken last for the next event after one has failed, as it may lack what another one has", async () => {
    const invoker = createInvoker({ maximumConcurrency: 2 });
    await Promise.all(
      [50, 50].map((waitMs) =>
        invoker.invoke("example", order("wait", waitMs)),
      ),
    );
    const identify = async () =>
      payloadOf(await invoker.invoke("example", order("wait", 0)));
    const first = await identify();

    await invoker.invoke("example", order("throw"));

    expect(await identify()).not.toBe(first);
  });

  test("leave what they cannot take waiting in order", async () => {
    const invoker = createInvoker();
    const finished: number[] = [];

    await Promise.all(
      [0, 1, 2, 3].map(async (index) => {
        await invoker.invoke("example", order("echo", index));
        finished.push(index);
      }),
    );

    expect(finished).toStrictEqual([0, 1, 2, 3]);
  });

  test("are kept for the next event and ended when idle", async () => {
    const invoker = createInvoker({}, 50);
    const first = payloadOf(await invoker.invoke("example", order("wait", 0)));
    const second = payloadOf(await invoker.invoke("example", order("wait", 0)));
    expect(second).toBe(first);

    // Looks again only when the idle time is over, since each look is an event.
    await vi.waitFor(
      async () =>
        expect(
          payloadOf(await invoker.invoke("example", order("wait", 0))),
        ).not.toBe(first),
      { timeout: 5000, interval: 200 },
    );
  });

  test("finish what is running when the invoker stops, and refuse what waits", async () => {
    const invoker = createInvoker();
    const running = invoker.invoke("example", order("wait", 300));
    const waiting = invoker.invoke("example", order("wait", 0));

    await invoker.stop();

    expect(await running).toMatchObject({ kind: "success" });
    expect(await waiting).toMatchObject({ kind: "service_error" });
    expect(await invoker.invoke("example", order("wait", 0))).toMatchObject({
      kind: "service_error",
    });
  });
});

test("an asynchronous invocation is accepted at once and its failure is logged", async () => {
  const invoker = createInvoker();

  await invoker.invokeAsync("example", order("throw"));
  await invoker.invokeAsync("another", order("throw"));
  await vi.waitFor(() =>
    expect(lines).toContainEqual(expect.stringContaining("nine is too many")),
  );

  expect(lines).toContainEqual(expect.stringMatching(/^another: .*unknown/));
});
