import { afterAll, expect, test } from "vitest";

import type { InvocationResult } from "#compose/event-source-mapping/invoker.ts";
import { createLambdaEndpointInvoker } from "#compose/invokers/lambda-endpoint/lambda-endpoint-invoker.ts";
import { localStackAccess } from "#tests/localstack/support/localstack.ts";
import { deployTestFunction } from "#tests/localstack/support/test-function.ts";

const invoker = createLambdaEndpointInvoker({
  ...localStackAccess(),
  timeoutMsOf: () => 5000,
});
afterAll(() => invoker.stop());

function invoke(
  name: string,
  what: string,
  value?: unknown,
): Promise<InvocationResult> {
  const order = JSON.stringify({ do: what, value });
  return invoker.invoke(name, new TextEncoder().encode(order));
}

function payloadOf(result: InvocationResult): unknown {
  if (!("payload" in result) || result.payload === null)
    throw new Error(`no payload in ${JSON.stringify(result)}`);
  return JSON.parse(Buffer.from(result.payload).toString("utf8"));
}

test("a function gets its event, its variables and its context as on Lambda", async () => {
  const name = await deployTestFunction("many-behaviours", { GREETING: "hi" });

  const event = { text: "ÿ€𝄞", list: [1, null] };
  expect(payloadOf(await invoke(name, "echo", event))).toEqual(event);
  const described = await invoke(name, "describe");

  expect(payloadOf(described)).toMatchObject({
    functionName: name,
    memoryLimitInMB: "256",
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    environment: {
      GREETING: "hi",
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
      AWS_ENDPOINT_URL: localStackAccess().endpoint.replace(
        "localhost",
        "127.0.0.1",
      ),
    },
  });
  // Neither LocalStack's own settings nor the machine's reach a function.
  expect(payloadOf(described)).not.toHaveProperty([
    "environment",
    "PROCESS_EXECUTOR_NODE",
  ]);
  expect(payloadOf(described)).not.toHaveProperty(["environment", "HOME"]);
});

test("an exception is the function's error, and the next event finds it well", async () => {
  const name = await deployTestFunction("many-behaviours");

  const thrown = await invoke(name, "throw");

  expect(thrown).toMatchObject({
    kind: "function_error",
    functionError: "Unhandled",
  });
  expect(payloadOf(thrown)).toMatchObject({
    errorType: "RangeError",
    errorMessage: "nine is too many",
  });
  expect(payloadOf(await invoke(name, "echo", 1))).toBe(1);
});

test("a function that ends its process fails, and starts anew for the next event", async () => {
  const name = await deployTestFunction("many-behaviours");

  const ended = await invoke(name, "exit");

  expect(ended).toMatchObject({ kind: "function_error" });
  expect(payloadOf(ended)).toMatchObject({ errorType: "Runtime.ExitError" });
  expect(payloadOf(await invoke(name, "echo", 2))).toBe(2);
});

test.for(["hang", "spin"])(
  "a function that takes too long (%s) is ended and fails, and starts anew for the next event",
  async (what) => {
    const name = await deployTestFunction(
      "many-behaviours",
      {},
      { timeoutMs: 1000 },
    );

    const late = await invoke(name, what);

    expect(late).toMatchObject({ kind: "function_error" });
    expect(payloadOf(late)).toMatchObject({
      errorMessage: expect.stringContaining(
        "Task timed out after 1.00 seconds",
      ),
    });
    expect(payloadOf(await invoke(name, "echo", 3))).toBe(3);
  },
);

test("a module that cannot be loaded is the function's error", async () => {
  const name = await deployTestFunction("cannot-be-loaded");

  const failed = await invoke(name, "echo");

  expect(failed).toMatchObject({ kind: "function_error" });
  expect(payloadOf(failed)).toMatchObject({
    errorMessage: expect.stringContaining("cannot be loaded"),
  });
});

test("several events at once run in environments of their own", async () => {
  const name = await deployTestFunction("many-behaviours");
  await invoke(name, "echo");
  const startMs = performance.now();

  const results = await Promise.all(
    [1, 2, 3].map(() => invoke(name, "wait", 1500)),
  );

  expect(results.map(({ kind }) => kind)).toEqual([
    "success",
    "success",
    "success",
  ]);
  expect(performance.now() - startMs).toBeLessThan(4400);
});

test("a function that is not deployed is a service error that says what to do", async () => {
  await expect(invoke("nobody", "echo")).resolves.toMatchObject({
    kind: "service_error",
    message: expect.stringContaining("npm run localstack -- deploy"),
  });
});
