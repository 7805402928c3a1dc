import { access } from "node:fs/promises";
import { join } from "node:path";

import { expect, test, vi } from "vitest";

import { readProcessIdentity } from "#compose/embedded/process-identity.ts";
import { startBridge, type StartedBridge } from "./start-bridge.ts";

// Each test starts two processes of Node.
vi.setConfig({ testTimeout: 30_000 });

/** A bridge whose runtime has asked for its first invocation. */
async function startReady(
  variables: Readonly<Record<string, string>> = {},
): Promise<StartedBridge> {
  const bridge = await startBridge(variables);
  await bridge.waitFor("/status/environment-1/ready");
  return bridge;
}

/** Sends an invocation and returns what LocalStack is told of its end. */
async function invoke(
  bridge: StartedBridge,
  id: string,
  payload: string,
  ending: "response" | "error" = "response",
): Promise<Record<string, unknown>> {
  await bridge.send(id, payload);
  const { body } = await bridge.waitFor(`/invocations/${id}/${ending}`);
  return JSON.parse(body);
}

async function readLogs(bridge: StartedBridge, id: string): Promise<string> {
  const { body } = await bridge.waitFor(`/invocations/${id}/logs`);
  const { logs }: { readonly logs: string } = JSON.parse(body);
  return logs;
}

test("an invocation reaches the runtime with its payload and its headers, and the answer reaches LocalStack", async () => {
  const bridge = await startReady();

  const accepted = await bridge.send("first", "tell");

  expect(accepted).toBe("accepted");
  const { body } = await bridge.waitFor("/invocations/first/response");
  expect(JSON.parse(body)).toMatchObject({
    order: "tell",
    folder: bridge.taskRoot,
    headers: {
      "lambda-runtime-aws-request-id": "first",
      "lambda-runtime-invoked-function-arn":
        "arn:aws:lambda:us-east-1:0:function:plays",
      "lambda-runtime-trace-id": "Root=1",
    },
  });
});

test("the runtime is told when its time is over", async () => {
  const bridge = await startReady({ AWS_LAMBDA_FUNCTION_TIMEOUT: "30" });
  const beforeMs = Date.now();

  const { headers } = await invoke(bridge, "first", "tell");

  const deadlineMs = Number(
    Reflect.get(Object(headers), "lambda-runtime-deadline-ms"),
  );
  expect(deadlineMs).toBeGreaterThanOrEqual(beforeMs + 30_000);
  expect(deadlineMs).toBeLessThanOrEqual(Date.now() + 30_000);
});

test("one runtime takes the invocations, one after the other", async () => {
  const bridge = await startReady();

  const first = await invoke(bridge, "first", "a");
  const second = await invoke(bridge, "second", "b");

  expect([first["order"], second["order"]]).toEqual(["a", "b"]);
  expect(second["pid"]).toBe(first["pid"]);
});

test("a handler sees the function's variables, and none of the bridge's or LocalStack's", async () => {
  const bridge = await startReady({ GREETING: "hi" });

  const { environment } = await invoke(bridge, "first", "tell");

  expect(environment).toMatchObject({
    GREETING: "hi",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
    LOCALSTACK_HOSTNAME: "localhost.localstack.cloud",
  });
  expect(
    Object.keys(Object(environment)).filter((name) =>
      /^BRIDGE|^LOCALSTACK_RUNTIME/.test(name),
    ),
  ).toEqual([]);
});

test("a handler's error is an error", async () => {
  const bridge = await startReady();

  await expect(invoke(bridge, "first", "fail", "error")).resolves.toEqual({
    errorType: "Planned",
  });
});

test("the logs come before the result, with what the handler printed between Lambda's own lines", async () => {
  const bridge = await startReady();

  await invoke(bridge, "first", "log");

  expect(bridge.callbacks.map(({ path }) => path)).toEqual([
    "/_executor/status/environment-1/ready",
    "/_executor/invocations/first/logs",
    "/_executor/invocations/first/response",
  ]);
  expect(await readLogs(bridge, "first")).toMatch(
    /^START RequestId: first Version: \$LATEST\na line of the handler\nEND RequestId: first\nREPORT RequestId: first\tDuration: \d+\.00 ms\t.*Memory Size: 256 MB/,
  );
});

test("the logs of an invocation hold nothing of the one before", async () => {
  const bridge = await startReady();

  await invoke(bridge, "first", "log");
  await invoke(bridge, "second", "tell");

  expect(await readLogs(bridge, "second")).not.toContain("handler");
});

test("an answer to an invocation that is none is refused", async () => {
  const bridge = await startReady();

  await expect(invoke(bridge, "first", "tell")).resolves.toMatchObject({
    statusOfUnknown: 400,
  });
  expect(
    bridge.callbacks.filter(({ path }) => path.includes("nobody")),
  ).toEqual([]);
});

test("an answer above Lambda's limit is an error", async () => {
  const bridge = await startReady();

  await expect(
    invoke(bridge, "first", "answer too much", "error"),
  ).resolves.toMatchObject({ errorType: "Function.ResponseSizeTooLarge" });
});

test.each([
  ["ends its process", "exit", "exit status 3"],
  ["is killed", "be killed", "signal: SIGKILL"],
])(
  "a handler that %s fails its invocation, and a new runtime takes the next",
  async (_, order, why) => {
    const bridge = await startReady();

    await expect(invoke(bridge, "first", order, "error")).resolves.toEqual({
      errorType: "Runtime.ExitError",
      errorMessage: `RequestId: first Error: Runtime exited with error: ${why}`,
    });
    await expect(invoke(bridge, "second", "tell")).resolves.toMatchObject({
      order: "tell",
    });
  },
);

test("a handler that takes too long is ended and fails, and a new runtime takes the next", async () => {
  const bridge = await startReady({ AWS_LAMBDA_FUNCTION_TIMEOUT: "2" });
  const { pid } = await invoke(bridge, "first", "tell");

  await expect(invoke(bridge, "second", "hang", "error")).resolves.toEqual({
    errorType: "Sandbox.Timedout",
    errorMessage: "RequestId: second Error: Task timed out after 2.00 seconds",
  });
  await untilGone(Number(pid));
  const third = await invoke(bridge, "third", "tell");
  expect(third["pid"]).not.toBe(pid);
});

test("a module that cannot be loaded is told LocalStack, and the bridge ends", async () => {
  const bridge = await startBridge({ STARTS: "with an error" });

  await expect(bridge.exited).resolves.toBe(1);
  expect(bridge.callbacks).toEqual([
    {
      path: "/_executor/status/environment-1/error",
      body: '{"errorType":"Runtime.ImportModuleError"}',
    },
  ]);
});

test("a runtime that ends before its first question is told LocalStack, and the bridge ends", async () => {
  const bridge = await startBridge({ STARTS: "and ends" });

  await expect(bridge.exited).resolves.toBe(1);
  expect(bridge.callbacks).toEqual([
    {
      path: "/_executor/status/environment-1/error",
      body: expect.stringContaining("exit status 4"),
    },
  ]);
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s ends the bridge and its runtime, whatever the handler does",
  async (name) => {
    const bridge = await startReady();
    const { pid } = await invoke(bridge, "first", "tell");
    await bridge.send("second", "hang");
    await vi.waitFor(() => access(join(bridge.taskRoot, "hanging")), 20_000);

    bridge.signal(name);

    await expect(bridge.exited).resolves.toBe(0);
    await untilGone(Number(pid));
  },
);

test("a bridge that the executor did not start ends at once", async () => {
  const bridge = await startBridge({ BRIDGE_PORT: undefined });

  await expect(bridge.exited).resolves.toBe(1);
  expect(bridge.callbacks).toEqual([]);
});

function untilGone(pid: number): Promise<void> {
  return vi.waitFor(
    async () => expect(await readProcessIdentity(pid)).toBeUndefined(),
    20_000,
  );
}
