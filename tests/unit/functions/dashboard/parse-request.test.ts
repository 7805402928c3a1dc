import { describe, expect, test } from "vitest";

import { parseRequest } from "#functions/dashboard/parse-request.ts";

/** The event of a request, as little of it as there may be. */
const makeEvent = (rawPath: string, rawQueryString = "", method = "GET") => ({
  version: "2.0",
  rawPath,
  rawQueryString,
  requestContext: { http: { method } },
});

const findRoute = (...given: Parameters<typeof makeEvent>) =>
  parseRequest(makeEvent(...given)).route;

describe("a request leads", () => {
  test.for([
    ["/", { kind: "redirect" }],
    ["/dashboards", { kind: "page" }],
    ["/assets/app.1a2b.js", { kind: "asset", path: "/assets/app.1a2b.js" }],
  ] as const)(
    "from %s to what is there, whatever else its query says",
    ([path, route]) => {
      expect(findRoute(path, "theme=dark")).toEqual(route);
    },
  );

  test("to a dashboard's charts of an hour until now", () => {
    expect(findRoute("/api/dashboards/devices", "period=1h")).toEqual({
      kind: "answer",
      question: { dashboard: "devices", period: "1h", untilMs: undefined },
    });
  });

  test.for([
    ["2026-01-31T12:00:00Z", Date.UTC(2026, 0, 31, 12)],
    ["2026-01-31T14:00:00%2B02:00", Date.UTC(2026, 0, 31, 12)],
    ["2026-01-31T12:00:00.5Z", Date.UTC(2026, 0, 31, 12, 0, 0, 500)],
    ["2000-01-01T00:00:00Z", Date.UTC(2000, 0)],
    ["2199-12-31T23:59:59Z", Date.UTC(2199, 11, 31, 23, 59, 59)],
  ] as const)("to the charts of a day until %s", ([until, untilMs]) => {
    expect(
      findRoute("/api/dashboards/pipeline", `until=${until}&period=24h`),
    ).toEqual({
      kind: "answer",
      question: { dashboard: "pipeline", period: "24h", untilMs },
    });
  });

  test("to a chart as CSV", () => {
    expect(
      findRoute("/api/dashboards/geographic/top-cities.csv", "period=24h"),
    ).toEqual({
      kind: "csv",
      chart: "top-cities",
      question: { dashboard: "geographic", period: "24h", untilMs: undefined },
    });
  });
});

test.for([
  ["no period", "", "period: expected 1h or 24h"],
  ["another period", "period=2h", "period: expected 1h or 24h"],
  ["an empty period", "period=", "period: expected 1h or 24h"],
  ["a period in capitals", "period=1H", "period: expected 1h or 24h"],
  [
    "SQL",
    "period=1h'%3B%20drop%20table%20users%3B--",
    "period: expected 1h or 24h",
  ],
  [
    "a period twice",
    "period=1h&period=1h",
    "a parameter is repeated; expected each once at most",
  ],
  [
    "a period twice, once encoded",
    "period=1h&%70eriod=24h",
    "a parameter is repeated; expected each once at most",
  ],
  [
    "a parameter that is not known",
    "period=1h&user_id=1",
    "a parameter is not known; expected period and until",
  ],
  [
    "a prototype",
    "period=1h&__proto__=1",
    "a parameter is not known; expected period and until",
  ],
  [
    "a constructor",
    "period=1h&constructor=1",
    "a parameter is not known; expected period and until",
  ],
  [
    "more than anything that is understood",
    `period=1h&until=${"1".repeat(200)}`,
    "the query is too long; expected 200 characters at most",
  ],
  ...[
    "now",
    "",
    "2026-01-31",
    "2026-01-31T12:00:00",
    "2026-01-31%2012:00:00Z",
    "2026-02-30T12:00:00Z",
    "2026-01-31T12:00:00+02:00",
    "2026-01-31T24:00:00Z",
    "1999-12-31T23:59:59Z",
    "2200-01-01T00:00:00Z",
    "99999-01-01T00:00:00Z",
    "1769860800",
    "NaN",
    "infinity",
    "2026-01-31T12:00:00Z%00",
    "2026-01-31T12:00:00Z%0A",
  ].map(
    (until) =>
      [
        `the end ${JSON.stringify(until)}`,
        `period=1h&until=${until}`,
        "until: expected a time of the years 2000 to 2199 such as 2026-01-31T12:00:00Z, a + in it written %2B",
      ] as const,
  ),
] as const)("%s is refused", ([, query, error]) => {
  expect(findRoute("/api/dashboards/devices", query)).toEqual({
    kind: "refused",
    statusCode: 400,
    error,
  });
  expect(findRoute("/api/dashboards/devices/usage.csv", query)).toMatchObject({
    statusCode: 400,
  });
});

test.for([
  "nothing",
  "Devices",
  "devices'--",
  "%64evices",
  "__proto__",
  "constructor",
  "toString",
  "..%2f",
])("the dashboard %s is refused", (name) => {
  expect(findRoute(`/api/dashboards/${name}`, "period=1h")).toEqual({
    kind: "refused",
    statusCode: 400,
    error:
      "there is no such dashboard; expected one of pipeline, user-engagement, content-performance, geographic, devices, hourly-trends",
  });
});

test.for(["streams-by-country", "usage.csv", "__proto__", "..%2f"])(
  "devices have no chart %s",
  (chart) => {
    expect(
      findRoute(`/api/dashboards/devices/${chart}.csv`, "period=1h"),
    ).toEqual({
      kind: "refused",
      statusCode: 400,
      error:
        "devices has no such chart; expected one of streams-by-type, listen-time-by-type, completion-by-os, completion-by-type, usage, listen-time-by-type-and-os",
    });
  },
);

test.for([
  "/dashboards/",
  "//dashboards",
  "/api",
  "/api/dashboards",
  "/api/dashboards/",
  "/api/dashboards/devices/",
  "/api/dashboards/devices/usage",
  "/api/dashboards/devices/usage.json",
  "/api/dashboards/devices/usage.csv/more",
  "/../../etc/passwd",
  "",
])("nothing is at %s", (path) => {
  expect(findRoute(path, "period=1h")).toMatchObject({
    kind: "refused",
    statusCode: 404,
  });
});

test.for(["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "get"])(
  "%s is answered nowhere",
  (method) => {
    for (const path of ["/", "/dashboards", "/api/dashboards/devices"]) {
      expect(findRoute(path, "period=1h", method)).toEqual({
        kind: "refused",
        statusCode: 405,
        error: "only GET is answered",
      });
    }
    expect(findRoute("/nothing", "", method)).toMatchObject({
      statusCode: 404,
    });
  },
);

test("what decides about the form of an answer comes along", () => {
  expect(
    parseRequest({
      ...makeEvent("/dashboards"),
      headers: { "if-none-match": 'W/"a"', "accept-encoding": "gzip, br" },
    }),
  ).toEqual({
    route: { kind: "page" },
    ifNoneMatch: 'W/"a"',
    acceptEncoding: "gzip, br",
  });
});

test.for([
  ["nothing", undefined],
  ["a scheduled event", { source: "aws.events", time: "2026-01-31T12:00:00Z" }],
  ["payload format 1.0", { ...makeEvent("/"), version: "1.0" }],
] as const)("%s is no request, and is not answered", ([, event]) => {
  expect(() => parseRequest(event)).toThrow("Invalid input");
});
