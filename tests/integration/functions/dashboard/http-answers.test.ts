import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { request, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from "vitest";

import { findFreePort } from "#compose/embedded/ports.ts";
import { systemClock } from "#compose/event-source-mapping/clock.ts";
import { openHttpApi } from "#compose/http-api/open-http-api.ts";
import { buildPage } from "#compose/page/build-page.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { loadDeclaration } from "#compose/runner/load-declaration.ts";
import { openInvoker } from "#compose/runner/open-invoker.ts";
import { PROJECT_ROOT } from "#compose/runner/project-root.ts";
import {
  DASHBOARD_NAMES,
  type DashboardAnswer,
} from "#shared/domain/dashboards/answer.ts";
import { DASHBOARDS } from "#shared/domain/dashboards/dashboards.ts";
import {
  startTcpProxy,
  type TcpProxy,
} from "#tests/support/faults/tcp-proxy.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";
import { kafkaBootstrapServers } from "#tests/support/servers.ts";

const database = useDatabase();
const cleanups = createCleanups();
let proxy: TcpProxy;
let url = "";

// As npm start does: the function in a thread, behind the local HTTP API; Postgres behind a network that can be cut.
beforeAll(async () => {
  await buildPage({ root: PROJECT_ROOT });
  const dataDir = await mkdtemp(join(tmpdir(), "dashboard-"));
  cleanups.add(() => rm(dataDir, { recursive: true }));
  const reader = new URL(database.url("reader"));
  proxy = await startTcpProxy({ targetPort: Number(reader.port) });
  cleanups.add(() => proxy.close());
  reader.port = String(proxy.port);
  const declaration = await loadDeclaration({
    KAFKA_BOOTSTRAP_SERVERS: kafkaBootstrapServers(),
    READER_DATABASE_URL: reader.href,
  });
  const invoker = openInvoker(declaration, dataDir);
  cleanups.add(() => invoker.stop());
  const httpApi = await openHttpApi(await findFreePort());
  cleanups.add(() => httpApi.close());
  httpApi.serve({
    routes: declaration.httpRoutes,
    invoker,
    clock: systemClock,
  });
  url = httpApi.url ?? "";
});
afterAll(() => cleanups.run());

const UNTIL = "2026-01-15T12:15:00Z";
const DEVICES = `/api/dashboards/devices?period=1h&until=${UNTIL}`;

beforeEach(() =>
  database.rows(`
    update devices set device_type = '=phone' where device_id = 1;
    update window_frontiers set closed_until = '2026-01-15 12:10+00' where window_kind = 'minutes';
    insert into window_publications (window_kind, window_start) values ('minutes', '2026-01-15 12:00+00');
    insert into device_metrics (time_window, device_id, stream_count, avg_listen_time, completion_rate)
    values ('2026-01-15 12:00+00', 1, 3, 100, 1)`),
);

const ask = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${url}${path}`, { headers, redirect: "manual" });
const askDashboard = async (path: string): Promise<DashboardAnswer> => {
  const answer = await ask(path);
  expect(answer.status).toBe(200);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what it is is expected by the caller
  return (await answer.json()) as DashboardAnswer;
};

test.for(DASHBOARD_NAMES)(
  "%s has all its charts, of an hour and of a day",
  async (name) => {
    for (const period of ["1h", "24h"] as const) {
      const { charts, ...answer } = await askDashboard(
        `/api/dashboards/${name}?period=${period}&until=${UNTIL}`,
      );

      expect(answer).toMatchObject({
        dashboard: name,
        title: DASHBOARDS[name].title,
        period,
        until:
          name === "hourly-trends" || period === "24h"
            ? "2026-01-15T13:00:00Z"
            : UNTIL,
        bucketSeconds:
          name === "hourly-trends" || period === "24h" ? 3600 : 300,
        newestPlayAt: "2026-01-15T12:04:59.999999Z",
      });
      expect(charts.map(({ id }) => id)).toEqual(
        DASHBOARDS[name].charts.map(({ id }) => id),
      );
      for (const { rows, provisional } of charts)
        expect(provisional).toHaveLength(rows.length);
    }
  },
);

test("a period without an end ends with the running bucket", async () => {
  const before = Date.now();
  const { from, until } = await askDashboard(
    "/api/dashboards/devices?period=1h",
  );

  expect(Date.parse(until)).toBeGreaterThan(before);
  expect(Date.parse(until)).toBeLessThanOrEqual(Date.now() + 300_000);
  expect(Date.parse(until) - Date.parse(from)).toBe(3_600_000);
});

test("whoever has the answer is told so without any chart's query", async () => {
  const etag = (await ask(DEVICES)).headers.get("etag") ?? "";
  const holder = await database.connect("owner");
  // Nobody can read what the charts are read from.
  await holder.query(
    "begin; lock table device_metrics, device_partials, devices in access exclusive mode",
  );
  const again = await ask(DEVICES, { "if-none-match": etag });
  await holder.query("rollback");

  expect(again.status).toBe(304);
  expect(await again.text()).toBe("");
  expect(again.headers.get("etag")).toBe(etag);
});

test("an answer is another one when a window is revised", async () => {
  const etag = (await ask(DEVICES)).headers.get("etag") ?? "";

  await database.rows(
    "update device_metrics set stream_count = 4; update window_publications set revision = 1",
  );

  await expect
    .poll(async () => (await ask(DEVICES, { "if-none-match": etag })).status)
    .toBe(200);
  const { charts } = await askDashboard(DEVICES);
  expect(charts[0]?.rows).toContainEqual(["=phone", 4]);
});

test("a chart comes as CSV that is no formula", async () => {
  const answer = await ask(
    `/api/dashboards/devices/streams-by-type.csv?period=1h&until=${UNTIL}`,
  );

  expect(answer.headers.get("content-type")).toBe(
    "text/csv; charset=utf-8; header=present",
  );
  await expect
    .poll(async () =>
      (
        await ask(
          `/api/dashboards/devices/streams-by-type.csv?period=1h&until=${UNTIL}`,
        )
      ).text(),
    )
    .toBe("Device,Streams\r\n'=phone,3\r\n");
});

test("the page and its files come from the root on", async () => {
  const root = await ask("/");
  expect(root.status).toBe(302);
  expect(root.headers.get("location")).toBe("/dashboards");
  const page = await ask("/dashboards");
  const html = await page.text();
  expect(html).toMatch(/^<!doctype html>/i);

  const files = [...html.matchAll(/"(\/assets\/[^"]+)"/g)].map(
    ([, path = ""]) => path,
  );
  expect(files.length).toBeGreaterThan(0);
  for (const path of files) {
    const file = await ask(path);
    expect(file.status).toBe(200);
    expect(file.headers.get("cache-control")).toContain("immutable");
    expect((await file.text()).length).toBeGreaterThan(0);
    const compressed = await ask(path, { "accept-encoding": "br" });
    expect(compressed.headers.get("content-encoding")).toBe("br");
    expect(await compressed.text()).toBe(await (await ask(path)).text());
  }
});

describe("hostile requests get what is wrong with them and nothing else:", () => {
  test.for([
    ["/api/dashboards/devices", 400],
    ["/api/dashboards/devices?period=1h%27", 400],
    ["/api/dashboards/devices?period=1h&period=24h", 400],
    ["/api/dashboards/devices?period=1h&until=1%27;drop%20table%20users", 400],
    ["/api/dashboards/devices?period=1h&__proto__=1", 400],
    ["/api/dashboards/__proto__?period=1h", 400],
    ["/api/dashboards/devices/..%2f..%2fhandler.csv?period=1h", 400],
    ["/api/dashboards/devices/usage?period=1h", 404],
    ["/assets/..%2f..%2fhandler.ts", 404],
    ["/assets/manifest.json", 404],
    ["/nothing", 404],
    ["/%00", 404],
  ] as const)("%s", async ([path, status]) => {
    const answer = await ask(path);

    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.headers.get("content-security-policy")).toContain(
      "default-src 'none'",
    );
    const body = await answer.text();
    expect(Object.keys(JSON.parse(body))).toEqual(["error"]);
    expect(body).not.toMatch(/select|Error|\.ts\b|at \w+ \(/);
  });

  test("another method", async () => {
    const answer = await fetch(`${url}/dashboards`, { method: "DELETE" });

    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("GET");
  });

  test("a path that leaves its folder", async () => {
    const { port } = new URL(url);
    const asking = request({
      host: "127.0.0.1",
      port,
      path: "/assets/../../../../etc/passwd",
      agent: false,
    });
    asking.end();
    const [response]: IncomingMessage[] = await once(asking, "response");

    expect(response?.statusCode).toBe(404);
    if (response !== undefined) await text(response);
  });
});

test("while Postgres is away that is said, and the next one who asks may find it again", async () => {
  const { port } = proxy;
  await proxy.close();
  const away = await ask("/api/dashboards/geographic?period=1h");
  expect(away.status).toBe(503);
  expect(away.headers.get("retry-after")).toBe("5");
  expect(await away.text()).toBe(
    '{"error":"the database does not answer; try again"}',
  );
  expect((await ask("/dashboards")).status).toBe(200);

  const targetPort = Number(new URL(database.url("reader")).port);
  proxy = await startTcpProxy({ targetPort, port });

  expect((await ask("/api/dashboards/geographic?period=1h")).status).toBe(200);
});

test("the database is read over one connection, as the reader", async () => {
  await ask(DEVICES);

  expect(
    await database.list(
      "select usename from pg_stat_activity where application_name = 'dashboard' and datname = current_database()",
    ),
  ).toEqual([[new URL(database.url("reader")).username]]);
});
