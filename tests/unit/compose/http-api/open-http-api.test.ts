import { once } from "node:events";
import { request, type IncomingMessage, type RequestOptions } from "node:http";
import { text } from "node:stream/consumers";

import { describe, expect, onTestFinished, test } from "vitest";

import { findFreePort } from "#compose/embedded/ports.ts";
import { systemClock } from "#compose/event-source-mapping/clock.ts";
import type {
  InvocationResult,
  Invoker,
} from "#compose/event-source-mapping/invoker.ts";
import { type HttpApi, openHttpApi } from "#compose/http-api/open-http-api.ts";

const ROUTES = [
  { functionName: "dashboard", method: "GET", path: "/dashboards" },
  { functionName: "dashboard", method: "GET", path: "/assets/{file}" },
];

interface Opened {
  readonly api: HttpApi;
  readonly stop: () => Promise<void>;
  /** The events that the function has been given. */
  readonly events: unknown[];
  readonly askIt: (options?: RequestOptions, body?: string) => Promise<Asked>;
}
interface Asked {
  readonly statusCode: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A server whose function gives these outcomes. */
async function open(
  invoke: () => Promise<InvocationResult> = () =>
    succeedWith({ statusCode: 200 }),
): Promise<Opened> {
  const port = await findFreePort();
  const api = await openHttpApi(port);
  onTestFinished(() => api.close());
  const events: unknown[] = [];
  const invoker: Invoker = {
    invoke: (_, payload) => {
      events.push(JSON.parse(Buffer.from(payload).toString("utf8")));
      return invoke();
    },
  };
  const stop = api.serve({ routes: ROUTES, invoker, clock: systemClock });
  return {
    api,
    stop,
    events,
    askIt: (options, body) => ask(port, options, body),
  };
}

async function ask(
  port: number,
  options: RequestOptions = {},
  body = "",
): Promise<Asked> {
  const asking = request({
    host: "127.0.0.1",
    port,
    path: "/dashboards",
    agent: false,
    ...options,
  });
  asking.end(body);
  const [response]: IncomingMessage[] = await once(asking, "response");
  if (response === undefined) throw new Error("there is no response");
  return {
    statusCode: response.statusCode,
    headers: response.headers,
    body: await text(response),
  };
}

const succeedWith = (response: unknown): Promise<InvocationResult> =>
  Promise.resolve({
    kind: "success",
    requestId: "1",
    payload: new TextEncoder().encode(JSON.stringify(response)),
  });

const failWith = (failure: unknown): Promise<InvocationResult> =>
  Promise.resolve({
    kind: "function_error",
    requestId: "1",
    functionError: "Unhandled",
    payload: new TextEncoder().encode(JSON.stringify(failure)),
  });

test("a request gets the function's status, headers, cookies and body", async () => {
  const { askIt, events } = await open(() =>
    succeedWith({
      statusCode: 201,
      headers: { "x-one": "a", "content-type": "text/plain" },
      cookies: ["a=1; Secure", "b=2"],
      body: "Grüße",
    }),
  );

  const { statusCode, headers, body } = await askIt({
    path: "/assets/a.js?b=c",
    headers: { "X-Mine": "d" },
  });

  expect({ statusCode, body }).toEqual({ statusCode: 201, body: "Grüße" });
  expect(headers).toMatchObject({
    "x-one": "a",
    "content-type": "text/plain",
    "set-cookie": ["a=1; Secure", "b=2"],
    "content-length": "7",
  });
  expect(events).toEqual([
    expect.objectContaining({
      routeKey: "GET /assets/{file}",
      rawPath: "/assets/a.js",
      rawQueryString: "b=c",
      pathParameters: { file: "a.js" },
      headers: expect.objectContaining({ "x-mine": "d" }),
    }),
  ]);
});

test("a body in base64 is bytes", async () => {
  const { askIt } = await open(() =>
    succeedWith({ statusCode: 200, body: "/wA=", isBase64Encoded: true }),
  );

  expect((await askIt()).headers["content-length"]).toBe("2");
});

test("an answer that nothing has changed has no body", async () => {
  const { askIt } = await open(() =>
    succeedWith({ statusCode: 304, headers: { etag: 'W/"a"' } }),
  );

  expect(await askIt()).toMatchObject({
    statusCode: 304,
    body: "",
    headers: { etag: 'W/"a"' },
  });
});

describe("a name that is not this machine's is refused, whatever it resolves to:", () => {
  test.for([
    "example.com",
    "127.0.0.1.example.com",
    "localhost.example.com:8090",
    "127.0.0.1:8090.example.com",
    "127.0.0.2",
    "0.0.0.0",
    "[::2]",
    "localhost:8090@example.com",
  ])("%j", async (host) => {
    const { askIt, events } = await open();

    expect(await askIt({ headers: { host } })).toMatchObject({
      statusCode: 421,
      body: '{"error":"this server is localhost and nothing else"}',
    });
    expect(events).toEqual([]);
  });
});

test.for(["localhost", "LOCALHOST:8090", "127.0.0.1:1", "[::1]:8090"])(
  "%s is this machine",
  async (host) => {
    const { askIt } = await open();

    expect((await askIt({ headers: { host } })).statusCode).toBe(200);
  },
);

test.for([
  [{ "content-length": "4" }],
  [{ "transfer-encoding": "chunked" }],
] as const)("a body is refused: %j", async ([headers]) => {
  const { askIt, events } = await open();

  expect((await askIt({ headers }, "body")).statusCode).toBe(413);
  expect(events).toEqual([]);
});

test("what is asked of a proxy is refused", async () => {
  const { askIt, events } = await open();

  expect(
    (await askIt({ path: "http://example.com/dashboards" })).statusCode,
  ).toBe(400);
  expect(events).toEqual([]);
});

test("nothing and another method are told apart", async () => {
  const { askIt, events } = await open();

  expect((await askIt({ path: "/nothing" })).statusCode).toBe(404);
  expect(await askIt({ method: "POST" })).toMatchObject({
    statusCode: 405,
    headers: { allow: "GET" },
  });
  expect(events).toEqual([]);
});

test.for([
  [
    "an exception",
    () => failWith({ errorType: "Error", errorMessage: "a secret" }),
    502,
  ],
  [
    "a crash",
    () =>
      failWith({
        errorType: "Runtime.ExitError",
        errorMessage: "a secret",
      }),
    502,
  ],
  [
    "a time-out",
    () =>
      failWith({
        errorType: "Sandbox.Timedout",
        errorMessage: "a secret",
      }),
    504,
  ],
  [
    "a time-out in LocalStack",
    () =>
      failWith({
        errorMessage: "a secret: Task timed out after 25.00 seconds",
      }),
    504,
  ],
  ["no answer of HTTP", () => succeedWith({ body: "a secret" }), 502],
  ["no answer", () => succeedWith(null), 502],
  [
    "another status than there is",
    () => succeedWith({ statusCode: 99, body: "a secret" }),
    502,
  ],
  [
    "no place",
    () => Promise.resolve<InvocationResult>({ kind: "throttled" }),
    503,
  ],
  [
    "no function",
    () =>
      Promise.resolve<InvocationResult>({
        kind: "service_error",
        message: "a secret",
      }),
    502,
  ],
  ["an invoker that throws", () => Promise.reject(new Error("a secret")), 502],
] as const)("of %s nothing is told", async ([, invoke, status]) => {
  const { askIt } = await open(invoke);

  const { statusCode, headers, body } = await askIt();

  expect(statusCode).toBe(status);
  expect(headers["content-type"]).toBe("application/json");
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(body).toMatch(/^\{"error":"[\w ;,]+"\}$/);
  expect(body).not.toContain("secret");
});

test("who asks before there are functions, or after, is told to come again", async () => {
  const { askIt, stop, events } = await open();
  await stop();

  expect(await askIt()).toMatchObject({
    statusCode: 503,
    headers: { "retry-after": "1" },
  });
  expect(events).toEqual([]);
});

test("stopping waits for the answers under way", async () => {
  const { promise, resolve } = Promise.withResolvers<InvocationResult>();
  const { askIt, stop, events } = await open(() => promise);
  const asked = askIt();
  await expect.poll(() => events).toHaveLength(1);
  const order: string[] = [];
  const stopped = stop().then(() => order.push("stopped"));
  const answered = asked.then(() => order.push("answered"));
  resolve(await succeedWith({ statusCode: 200 }));

  await Promise.all([stopped, answered]);

  expect((await asked).statusCode).toBe(200);
});

test("a client that goes away keeps nothing from stopping", async () => {
  const { promise, resolve } = Promise.withResolvers<InvocationResult>();
  const { api, stop, events } = await open(() => promise);
  const going = request(`${api.url}/dashboards`, { agent: false });
  going.on("error", () => undefined);
  going.end();
  await expect.poll(() => events).toHaveLength(1);
  const gone = once(going, "close").catch(() => undefined);
  going.destroy();
  await gone;
  resolve(await succeedWith({ statusCode: 200 }));

  await expect(stop()).resolves.toBeUndefined();
});

test("the port of another program is refused by name", async () => {
  const { api } = await open();
  const port = Number(new URL(api.url ?? "").port);

  await expect(openHttpApi(port)).rejects.toMatchObject({
    code: "port_in_use",
    message: expect.stringContaining("DASHBOARD_PORT=0"),
  });
});

test("port 0 is none", async () => {
  const api = await openHttpApi(0);

  expect(api.url).toBeUndefined();
  await expect(api.close()).resolves.toBeUndefined();
});
