import { expect, test } from "vitest";

import { buildEvent } from "#compose/http-api/build-event.ts";

const ROUTE = {
  functionName: "dashboard",
  routeKey: "GET /api/dashboards/{name}",
  pathParameters: { name: "devices" },
};
const CONTEXT = {
  requestId: "4d3a",
  nowMs: Date.UTC(2026, 2, 5, 19, 3, 58, 7),
};
const build = (target: string, rawHeaders: readonly string[] = []) =>
  buildEvent(
    { method: "GET", target, rawHeaders, sourceIp: "127.0.0.1" },
    ROUTE,
    CONTEXT,
  );

// As AWS documents it: Working with Lambda proxy integrations for HTTP APIs, payload format 2.0.
test("a request becomes the event of payload format 2.0", () => {
  expect(
    build("/api/dashboards/devices?period=1h&x=a%20b&x=c", [
      "Host",
      "127.0.0.1:8090",
      "User-Agent",
      "curl/8",
      "Accept",
      "text/html",
      "accept",
      "text/plain",
      "Cookie",
      "a=1; b=2",
    ]),
  ).toEqual({
    version: "2.0",
    routeKey: "GET /api/dashboards/{name}",
    rawPath: "/api/dashboards/devices",
    rawQueryString: "period=1h&x=a%20b&x=c",
    cookies: ["a=1", "b=2"],
    headers: {
      host: "127.0.0.1:8090",
      "user-agent": "curl/8",
      accept: "text/html,text/plain",
    },
    queryStringParameters: { period: "1h", x: "a b,c" },
    pathParameters: { name: "devices" },
    requestContext: {
      accountId: "000000000000",
      apiId: "local",
      domainName: "127.0.0.1:8090",
      domainPrefix: "local",
      http: {
        method: "GET",
        path: "/api/dashboards/devices",
        protocol: "HTTP/1.1",
        sourceIp: "127.0.0.1",
        userAgent: "curl/8",
      },
      requestId: "4d3a",
      routeKey: "GET /api/dashboards/{name}",
      stage: "$default",
      time: "05/Mar/2026:19:03:58 +0000",
      timeEpoch: CONTEXT.nowMs,
    },
    isBase64Encoded: false,
  });
});

test("what a request does not have is not in its event", () => {
  const event = buildEvent(
    { method: "GET", target: "/", rawHeaders: [], sourceIp: "127.0.0.1" },
    { ...ROUTE, pathParameters: {} },
    CONTEXT,
  );

  expect(event.rawQueryString).toBe("");
  expect(Object.keys(event).sort()).toEqual([
    "headers",
    "isBase64Encoded",
    "rawPath",
    "rawQueryString",
    "requestContext",
    "routeKey",
    "version",
  ]);
});

test.for(["__proto__", "constructor", "toString"])(
  "a parameter and a header named %s are nothing else",
  (name) => {
    const event = build(`/?${name}=a`, [name, "b"]);

    expect(JSON.parse(JSON.stringify(event.queryStringParameters))).toEqual(
      JSON.parse(`{"${name}":"a"}`),
    );
    expect(Object.entries(event.headers)).toEqual([[name.toLowerCase(), "b"]]);
  },
);

test("a question mark in a query is a part of it", () => {
  expect(build("/a?b=?c")).toMatchObject({
    rawPath: "/a",
    rawQueryString: "b=?c",
  });
});
