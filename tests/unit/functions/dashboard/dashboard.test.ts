import { beforeEach, describe, expect, test } from "vitest";

import { dashboard } from "#functions/dashboard/dashboard.ts";
import type { HttpResponse } from "#functions/dashboard/http-response.ts";
import type { Assets } from "#functions/dashboard/read-assets.ts";
import { SECURITY_HEADERS } from "#functions/dashboard/security-headers.ts";
import type { DashboardAnswer } from "#shared/domain/dashboards/answer.ts";
import type { TopicLag } from "#shared/domain/topic-lag.ts";
import type { DashboardStore } from "#shared/ports/dashboard-store.ts";

const AWAY = new Error("away: select secret from users");
const NOW = Date.parse("2026-01-15T12:33:00Z");
const BEHIND: TopicLag = { records: 40, partitionsBehind: [1] };

let calls: string[];
let nowMs: number;
let fingerprint: string;
let failure: Error | undefined;
let lags: ReadonlyMap<string, TopicLag> | undefined;
let reported: unknown[];
let answer: ReturnType<typeof dashboard>;

const STORE: DashboardStore = {
  readState: async () => {
    calls.push("state");
    if (failure !== undefined) throw failure;
    return {
      windowMs: 300_000,
      hourlyMs: 3_600_000,
      newestPlayAt: "2026-01-15T12:33:00.000000Z",
      fingerprint,
    };
  },
  readPipelineFingerprint: async () => "",
  readCharts: async (name, { fromMs }) => {
    calls.push(`charts of ${name} from ${new Date(fromMs).toISOString()}`);
    return name === "devices"
      ? [{ chart: "streams-by-type", cells: ["=phone", 3], provisional: false }]
      : [];
  },
  readPipeline: async () => ({
    outcomes: { accepted: 1, duplicate: 0, late: 0, rejected: 0 },
    windows: { watermark: null, watermarkDelaySeconds: null, windows: [] },
    letters: {
      waiting: 0,
      due: 0,
      redriven: 0,
      resolved: 0,
      buried: 0,
      oldestWaitingAt: null,
      oldestWaitingSeconds: null,
    },
    recordAges: [{ topic: "users", partition: 1, ageSeconds: 7.5 }],
  }),
};
const ASSETS: Assets = {
  html: Buffer.from("<!doctype html>"),
  files: new Map([
    [
      "/assets/app.1a.js",
      {
        type: "text/javascript; charset=utf-8",
        content: Buffer.from("alert(1)"),
        brotli: Buffer.from("compressed"),
      },
    ],
  ]),
};

beforeEach(() => {
  calls = [];
  reported = [];
  nowMs = NOW;
  fingerprint = "1";
  failure = undefined;
  lags = new Map([["users", BEHIND]]);
  answer = dashboard({
    store: STORE,
    measureLag: async () => lags,
    topics: ["users"],
    readAssets: async () => ASSETS,
    isOutage: (error) => error === AWAY,
    reportOutage: (error) => reported.push(error),
    now: () => nowMs,
    version: "1",
  });
});

async function get(
  target: string,
  headers: Readonly<Record<string, string>> = {},
  method = "GET",
): Promise<HttpResponse> {
  const [rawPath = "", rawQueryString = ""] = target.split("?");
  const { response } = await answer({
    version: "2.0",
    rawPath,
    rawQueryString,
    headers,
    requestContext: { http: { method } },
  });
  return response;
}
const DEVICES = "/api/dashboards/devices?period=1h";
const PIPELINE = "/api/dashboards/pipeline?period=1h";
const parse = ({ body = "" }: HttpResponse): DashboardAnswer =>
  JSON.parse(body);

test("a dashboard comes with its period, its charts and their rows", async () => {
  const response = await get(DEVICES);
  const { statusCode, headers } = response;

  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({
    "content-type": "application/json",
    "cache-control": "no-cache",
    etag: expect.stringMatching(/^W\/"/),
  });
  const { charts, ...rest } = parse(response);
  expect(rest).toEqual({
    dashboard: "devices",
    title: "Devices",
    period: "1h",
    from: "2026-01-15T11:35:00Z",
    until: "2026-01-15T12:35:00Z",
    bucketSeconds: 300,
    newestPlayAt: "2026-01-15T12:33:00.000000Z",
  });
  expect(charts).toHaveLength(6);
  expect(charts[0]).toMatchObject({
    id: "streams-by-type",
    kind: "bar",
    rows: [["=phone", 3]],
    provisional: [false],
  });
});

describe("whoever has the answer already", () => {
  test("is told so, and no chart is read", async () => {
    const { headers } = await get(DEVICES);
    nowMs += 10_000;
    calls = [];

    const again = await get(DEVICES, {
      "if-none-match": headers["etag"] ?? "",
    });

    expect(again).toEqual({
      statusCode: 304,
      headers: {
        ...SECURITY_HEADERS,
        "cache-control": "no-cache",
        etag: headers["etag"],
      },
    });
    expect(calls).toEqual(["state"]);
  });

  test.for([
    ["plays have come", "2", 0],
    ["a bucket is over", "1", 5 * 60_000],
  ] as const)("gets another one when %s", async ([, next, passedMs]) => {
    const { headers } = await get(DEVICES);
    fingerprint = next;
    nowMs += 2000 + passedMs;

    const again = await get(DEVICES, {
      "if-none-match": headers["etag"] ?? "",
    });

    expect(again.statusCode).toBe(200);
    expect(again.headers["etag"]).not.toBe(headers["etag"]);
  });

  test("of another period, dashboard or chart has not this one", async () => {
    const etags = await Promise.all(
      [
        DEVICES,
        "/api/dashboards/devices?period=24h",
        "/api/dashboards/devices?period=1h&until=2026-01-15T10:00:00Z",
        "/api/dashboards/geographic?period=1h",
        "/api/dashboards/devices/usage.csv?period=1h",
      ].map(async (target) => (await get(target)).headers["etag"]),
    );

    expect(new Set(etags).size).toBe(5);
  });
});

test("ten who ask at once cost one query, and so does who asks a second later", async () => {
  const all = await Promise.all(Array.from({ length: 10 }, () => get(DEVICES)));
  nowMs += 1000;
  all.push(await get(DEVICES));

  expect(new Set(all.map(({ body }) => body)).size).toBe(1);
  expect(calls).toEqual([
    "state",
    "charts of devices from 2026-01-15T11:35:00.000Z",
  ]);
});

test("two seconds later everything is read again", async () => {
  await get(DEVICES);
  nowMs += 2000;
  await get(DEVICES);

  expect(calls).toHaveLength(4);
});

test("a chart comes as a file of CSV", async () => {
  const { statusCode, headers, body } = await get(
    "/api/dashboards/devices/streams-by-type.csv?period=1h",
  );

  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({
    "content-type": "text/csv; charset=utf-8; header=present",
    "content-disposition":
      'attachment; filename="devices-streams-by-type-20260115T113500Z.csv"',
  });
  expect(body).toBe("Device,Streams\r\n'=phone,3\r\n");
});

const findRows = (response: HttpResponse, wanted: string) =>
  parse(response).charts.find(({ id }) => id === wanted)?.rows;

describe("the pipeline", () => {
  test("has its figures and the lag", async () => {
    const response = await get(PIPELINE);

    expect(findRows(response, "state")).toContainEqual([
      "Lag in records",
      40,
      null,
      null,
    ]);
    expect(findRows(response, "lag")).toEqual([["users", 40, 7]]);
  });

  test("is shown without the lag where Kafka does not answer", async () => {
    lags = undefined;
    const response = await get(PIPELINE);

    expect(response.statusCode).toBe(200);
    expect(findRows(response, "lag")).toEqual([["users", null, null]]);
    expect(findRows(response, "state")).toContainEqual([
      "Lag in records",
      null,
      null,
      null,
    ]);
  });

  test("has changed when the lag has, and when ten seconds have passed", async () => {
    const { headers } = await get(PIPELINE);
    const ask = async (): Promise<number> =>
      (await get(PIPELINE, { "if-none-match": headers["etag"] ?? "" }))
        .statusCode;
    nowMs += 2000;
    expect(await ask()).toBe(304);
    lags = new Map();
    nowMs += 1600;
    expect(await ask()).toBe(200);
    lags = new Map([["users", BEHIND]]);
    nowMs += 10_000;
    expect(await ask()).toBe(200);
  });
});

describe("while the database is away", () => {
  test("that is said and reported, and nothing else", async () => {
    failure = AWAY;

    expect(await get(DEVICES)).toEqual({
      statusCode: 503,
      headers: {
        ...SECURITY_HEADERS,
        "content-type": "application/json",
        "cache-control": "no-store",
        "retry-after": "5",
      },
      body: '{"error":"the database does not answer; try again"}',
    });
    expect(reported).toEqual([AWAY]);
  });

  test("the next one who asks asks the database again", async () => {
    failure = AWAY;
    await get(DEVICES);
    failure = undefined;

    expect((await get(DEVICES)).statusCode).toBe(200);
  });

  test("another error fails the function", async () => {
    failure = new Error("a fault");

    await expect(get(DEVICES)).rejects.toThrow("a fault");
    expect(reported).toEqual([]);
  });
});

describe("the page", () => {
  test("is found from the root", async () => {
    expect(await get("/")).toMatchObject({
      statusCode: 302,
      headers: { location: "/dashboards" },
    });
  });

  test("comes whole, and not again where it is there already", async () => {
    const page = await get("/dashboards");

    expect(page).toMatchObject({
      statusCode: 200,
      headers: {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-cache",
      },
      body: "<!doctype html>",
    });
    expect(
      await get("/dashboards", { "if-none-match": page.headers["etag"] ?? "" }),
    ).toMatchObject({ statusCode: 304 });
  });

  test.for([
    ["gzip, deflate, br", "compressed", "br"],
    ["BR;q=0.5", "compressed", "br"],
    ["gzip", "alert(1)", undefined],
    ["br;q=0", "alert(1)", undefined],
    ["br; q=0.000, gzip", "alert(1)", undefined],
    ["brotli", "alert(1)", undefined],
    ["", "alert(1)", undefined],
  ] as const)(
    "has its files in what is taken: %s",
    async ([accepted, content, coding]) => {
      const { statusCode, headers, body, isBase64Encoded } = await get(
        "/assets/app.1a.js",
        { "accept-encoding": accepted },
      );

      expect({ statusCode, isBase64Encoded }).toEqual({
        statusCode: 200,
        isBase64Encoded: true,
      });
      expect(Buffer.from(body ?? "", "base64").toString()).toBe(content);
      expect(headers["content-encoding"]).toBe(coding);
      expect(headers).toMatchObject({
        "content-type": "text/javascript; charset=utf-8",
        "cache-control": "public, max-age=31536000, immutable",
        vary: "accept-encoding",
      });
    },
  );

  test.for([
    "/assets/app.2b.js",
    "/assets/",
    "/assets/__proto__",
    "/assets/../handler.ts",
  ])("has no file %s", async (path) => {
    expect((await get(path)).statusCode).toBe(404);
  });
});

test.for([
  ["GET", "/", 302],
  ["GET", "/dashboards", 200],
  ["GET", "/assets/app.1a.js", 200],
  ["GET", "/assets/nothing", 404],
  ["GET", DEVICES, 200],
  ["GET", "/api/dashboards/devices/usage.csv?period=1h", 200],
  ["GET", "/api/dashboards/devices", 400],
  ["GET", "/nothing", 404],
  ["POST", "/dashboards", 405],
] as const)(
  "%s %s has the security headers",
  async ([method, target, status]) => {
    const { statusCode, headers } = await get(target, {}, method);

    expect(statusCode).toBe(status);
    expect(headers).toMatchObject({
      "content-security-policy": expect.stringMatching(
        /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:/,
      ),
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "x-frame-options": "DENY",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    });
  },
);

test("what is refused costs no query", async () => {
  expect(await get("/api/dashboards/devices?period=1h&x=1")).toMatchObject({
    statusCode: 400,
    headers: { "content-type": "application/json" },
    body: '{"error":"a parameter is not known; expected period and until"}',
  });
  expect(calls).toEqual([]);
});

test("the line in the log says what was asked for and how it ended", async () => {
  const { summary } = await answer({
    version: "2.0",
    rawPath: "/nothing",
    rawQueryString: "",
    requestContext: { http: { method: "GET" } },
  });

  expect(summary).toEqual({ route: "refused", status: 404 });
});
