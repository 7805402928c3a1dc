import { expect, test } from "vitest";

import { invokeFunction } from "#compose/runner/invoke-function.ts";
import { RecordingInvoker } from "./fakes.ts";

const encode = (value: unknown) =>
  new TextEncoder().encode(JSON.stringify(value));

test("the function's answer is returned", async () => {
  const invoker = new RecordingInvoker();
  invoker.onInvoke = () => ({
    kind: "success",
    requestId: "1",
    payload: encode({ sent: 3 }),
  });

  await expect(
    invokeFunction(invoker, "produce-batch", { count: 3 }),
  ).resolves.toEqual({ sent: 3 });
  expect(invoker.events).toEqual([
    { functionName: "produce-batch", event: { count: 3 } },
  ]);
});

test("a failed function is an error with the function's message and the place of its log", async () => {
  const invoker = new RecordingInvoker();
  const payload = encode({
    errorType: "PipelineError",
    errorMessage: "Kafka is gone.",
  });
  invoker.onInvoke = () => ({
    kind: "function_error",
    requestId: "1",
    functionError: "Unhandled",
    payload,
  });

  await expect(
    invokeFunction(invoker, "produce-batch", {}),
  ).rejects.toMatchObject({
    code: "function_failed",
    message:
      "produce-batch failed: Kafka is gone. Its log is .data/logs/produce-batch.log; mend the cause and try again.",
  });
});
