import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";

import {
  createLambdaEndpointInvoker,
  type LambdaEndpointInvoker,
  type LambdaEndpointOptions,
} from "#compose/invokers/lambda-endpoint/lambda-endpoint-invoker.ts";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void> | void;

interface Scene {
  readonly invoker: LambdaEndpointInvoker;
  readonly requests: { url: string; body: string; type: unknown }[];
  readonly sockets: Set<Socket>;
}

/** A server that answers every `Invoke` in the given way, and an invoker for it. */
async function givenEndpoint(
  answer: Answer,
  options: Partial<LambdaEndpointOptions> = {},
): Promise<Scene> {
  const requests: Scene["requests"] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    sockets.add(request.socket);
    void (async () => {
      requests.push({
        url: request.url ?? "",
        body: await text(request),
        type: request.headers["x-amz-invocation-type"],
      });
      await answer(request, response);
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server on a port has an address of this form
  const { port } = server.address() as AddressInfo;
  const invoker = createInvoker(port, options);
  return { invoker, requests, sockets };
}

function createInvoker(
  port: number,
  options: Partial<LambdaEndpointOptions> = {},
): LambdaEndpointInvoker {
  const invoker = createLambdaEndpointInvoker({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    timeoutMsOf: () => 1000,
    ...options,
  });
  closers.push(() => invoker.stop());
  return invoker;
}

const answering =
  (
    status: number,
    body: string,
    headers: Readonly<Record<string, string>> = {},
  ): Answer =>
  (_, response) => {
    response
      .writeHead(status, { "x-amzn-requestid": "request-1", ...headers })
      .end(body);
  };

const refusing = (status: number, errorType: string): Answer =>
  answering(status, JSON.stringify({ message: "because" }), {
    "x-amzn-errortype": errorType,
    "content-type": "application/json",
  });

const event = (): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode('{"records":{}}');

const readText = (payload: Uint8Array | null): string =>
  Buffer.from(payload ?? []).toString("utf8");

describe("a function that ran", () => {
  test("gets the event's bytes synchronously, and its answer comes back with the request's id", async () => {
    const { invoker, requests } = await givenEndpoint(
      answering(200, '{"batchItemFailures":[]}'),
    );

    const result = await invoker.invoke("load", event());

    expect(result).toMatchObject({ kind: "success", requestId: "request-1" });
    if (result.kind !== "success") return;
    expect(readText(result.payload)).toBe('{"batchItemFailures":[]}');
    expect(requests).toEqual([
      {
        url: "/2015-03-31/functions/load/invocations",
        body: '{"records":{}}',
        type: "RequestResponse",
      },
    ]);
  });

  test("and answered nothing gives null", async () => {
    const { invoker } = await givenEndpoint(answering(200, ""));

    await expect(invoker.invoke("load", event())).resolves.toEqual({
      kind: "success",
      requestId: "request-1",
      payload: null,
    });
  });

  test.for(["Handled", "Unhandled"] as const)(
    "and failed gives a function error (%s) with its payload",
    async (functionError) => {
      const { invoker } = await givenEndpoint(
        answering(200, '{"errorType":"TypeError"}', {
          "x-amz-function-error": functionError,
        }),
      );

      const result = await invoker.invoke("load", event());

      expect(result).toMatchObject({
        kind: "function_error",
        functionError,
        requestId: "request-1",
      });
      if (result.kind !== "function_error") return;
      expect(readText(result.payload)).toBe('{"errorType":"TypeError"}');
    },
  );
});

describe("a function that did not run", () => {
  test.for([
    refusing(429, "TooManyRequestsException"),
    answering(429, "slow down"),
  ])("because there are too many invocations is throttled", async (answer) => {
    const { invoker } = await givenEndpoint(answer);

    await expect(invoker.invoke("load", event())).resolves.toEqual({
      kind: "throttled",
    });
  });

  test.for([
    [500, refusing(500, "ServiceException")],
    [502, answering(502, "<html>Bad gateway</html>")],
    [503, answering(503, "")],
  ] as const)(
    "because the service failed (%i) gives a service error, tried once",
    async ([status, answer]) => {
      const { invoker, requests } = await givenEndpoint(answer);

      await expect(invoker.invoke("load", event())).resolves.toMatchObject({
        kind: "service_error",
        message: expect.stringContaining(String(status)),
      });
      expect(requests).toHaveLength(1);
    },
  );

  test.for([
    [404, "ResourceNotFoundException", "npm run localstack -- deploy"],
    [413, "RequestTooLargeException", "BatchSize"],
    [403, "AccessDeniedException", "lambda:InvokeFunction"],
  ] as const)(
    "because it was refused (%i %s) gives a service error with the next step",
    async ([status, errorType, nextStep]) => {
      const { invoker } = await givenEndpoint(refusing(status, errorType));

      const result = await invoker.invoke("load", event());

      expect(result).toMatchObject({
        kind: "service_error",
        message: expect.stringContaining(
          `load could not be invoked: ${errorType} (${status}): because`,
        ),
      });
      expect(result).toMatchObject({
        message: expect.stringContaining(nextStep),
      });
    },
  );

  test("because nobody listens gives a service error", async () => {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server on a port has an address of this form
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");

    await expect(
      createInvoker(port).invoke("load", event()),
    ).resolves.toMatchObject({
      kind: "service_error",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("because the connection broke gives a service error", async () => {
    const { invoker } = await givenEndpoint((request) => {
      request.socket.destroy();
    });

    await expect(invoker.invoke("load", event())).resolves.toMatchObject({
      kind: "service_error",
      message: expect.stringMatching(/ECONNRESET|socket hang up/),
    });
  });

  test("because no answer came gives a service error, later than the function's own time-out", async () => {
    const { invoker } = await givenEndpoint(() => undefined, {
      timeoutMsOf: () => 100,
      requestMarginMs: 50,
    });
    const startMs = performance.now();

    await expect(invoker.invoke("load", event())).resolves.toEqual({
      kind: "service_error",
      message:
        "load gave no answer within 0.15 s, which is longer than its own time-out; see the log of what runs it",
    });
    expect(performance.now() - startMs).toBeGreaterThan(140);
  });
});

test("one invocation after the other uses one connection", async () => {
  const { invoker, sockets } = await givenEndpoint(answering(200, "1"));

  for (let index = 0; index < 5; index += 1)
    await invoker.invoke("load", event());

  expect(sockets.size).toBe(1);
});

test("no more invocations are under way than connections allow", async () => {
  let [now, most] = [0, 0];
  const both = Promise.withResolvers<void>();
  const { invoker, requests } = await givenEndpoint(
    async (_, response) => {
      now += 1;
      most = Math.max(most, now);
      if (now === 2) both.resolve();
      await both.promise;
      now -= 1;
      response.end("1");
    },
    { maximumConnections: 2 },
  );

  await Promise.all(
    Array.from({ length: 8 }, () => invoker.invoke("load", event())),
  );

  expect(requests).toHaveLength(8);
  expect(most).toBe(2);
});

test("a stopped invoker lets what is under way finish and takes nothing new", async () => {
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const { invoker } = await givenEndpoint(async (_, response) => {
    arrived.resolve();
    await release.promise;
    response.end("1");
  });
  const underWay = invoker.invoke("load", event());
  await arrived.promise;

  const stopped = invoker.stop();
  release.resolve();

  await expect(underWay).resolves.toMatchObject({ kind: "success" });
  await stopped;
  await expect(invoker.invoke("load", event())).resolves.toEqual({
    kind: "service_error",
    message: "the invoker of load is stopped",
  });
});
