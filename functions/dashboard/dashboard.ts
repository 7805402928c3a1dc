import type { DashboardAnswer } from "#shared/domain/dashboards/answer.ts";
import { DASHBOARDS } from "#shared/domain/dashboards/dashboards.ts";
import type {
  BucketedSpan,
  DashboardState,
  DashboardStore,
} from "#shared/ports/dashboard-store.ts";

import { alignPeriod, coverWithHours } from "./align-period.ts";
import { computeEtag, matchesEtag } from "./compute-etag.ts";
import { createCache } from "./create-cache.ts";
import { createChartsReader, type Lags } from "./create-charts-reader.ts";
import type { LagMeter } from "./create-lag-meter.ts";
import { formatCsv } from "./format-csv.ts";
import {
  type HttpResponse,
  respond,
  respondWithError,
} from "./http-response.ts";
import {
  type DashboardRequest,
  parseRequest,
  type Question,
  type Route,
} from "./parse-request.ts";
import type { Assets } from "./read-assets.ts";
import { respondWithAsset, respondWithPage } from "./respond-with-asset.ts";

/** Ten who look at the same cost one query. */
const LIFETIME_MS = 1500;
/** More than viewers ask for within the lifetime. */
const MOST_ANSWERS = 48;
/** The pipeline's delays grow by themselves: what is shown of them is so old at most. */
const TICK_MS = 10_000;

interface Ports {
  readonly store: DashboardStore;
  readonly measureLag: LagMeter;
  /** Topics whose lag is shown, in their order. */
  readonly topics: readonly string[];
  readonly readAssets: () => Promise<Assets>;
  /** Whether the database is away, so that the same question may be answered soon. */
  readonly isOutage: (error: unknown) => boolean;
  readonly reportOutage: (error: unknown) => void;
  readonly now: () => number;
  /** Of the code: other charts may be made of the same plays. */
  readonly version: string;
}

/** What an answer is made of, and the numbers of its line in the log. */
export interface Answered {
  readonly response: HttpResponse;
  readonly summary: {
    readonly route: Route["kind"];
    readonly status: number;
  };
}

interface State extends DashboardState {
  readonly lags: Lags;
}

/** Answers the requests of the page: itself, its files, and the dashboards as JSON and CSV. */
export const dashboard = (
  ports: Ports,
): ((event: unknown) => Promise<Answered>) => {
  const { store, now } = ports;
  const options = { lifetimeMs: LIFETIME_MS, limit: MOST_ANSWERS, now };
  const states = createCache<State>(options);
  const answers = createCache<DashboardAnswer>(options);
  const readCharts = createChartsReader(ports);
  let assets: Promise<Assets> | undefined;

  const loadAssets = (): Promise<Assets> => {
    assets ??= ports.readAssets().catch((error: unknown) => {
      assets = undefined;
      throw error;
    });
    return assets;
  };

  const readState = ({
    dashboard: name,
    untilMs,
  }: Question): Promise<State> => {
    const hours = coverWithHours(untilMs ?? now());
    const read = async (): Promise<State> => ({
      ...(await store.readState(hours)),
      lags: undefined,
    });
    if (name !== "pipeline") return states(`plays ${hours.fromMs}`, read);
    return states(`pipeline ${hours.fromMs}`, async () => {
      const [state, lags, fingerprint] = await Promise.all([
        read(),
        ports.measureLag(),
        store.readPipelineFingerprint(),
      ]);
      const tick = Math.floor(now() / TICK_MS);
      const lag = [...(lags ?? [])].map(
        ([topic, { records }]) => `${topic} ${records}`,
      );
      return {
        ...state,
        lags,
        fingerprint: [state.fingerprint, fingerprint, tick, ...lag].join("/"),
      };
    });
  };

  const readAnswer = async (
    { dashboard: name, period }: Question,
    span: BucketedSpan,
    { newestPlayAt, lags }: State,
  ): Promise<DashboardAnswer> => ({
    dashboard: name,
    title: DASHBOARDS[name].title,
    period,
    from: formatTime(span.fromMs),
    until: formatTime(span.untilMs),
    bucketSeconds: span.bucketMs / 1000,
    newestPlayAt,
    charts: await readCharts(name, span, lags),
  });

  const answer = async (
    question: Question,
    { ifNoneMatch }: DashboardRequest,
    chart?: string,
  ): Promise<HttpResponse> => {
    const state = await readState(question);
    const span = alignPeriod({ ...question, ...state, nowMs: now() });
    const { dashboard: name, period } = question;
    const key = [
      name,
      period,
      String(span.untilMs),
      state.fingerprint,
      ports.version,
    ];
    const etag = computeEtag(chart === undefined ? key : [...key, chart]);
    const headers = { "cache-control": "no-cache", etag };
    if (matchesEtag(ifNoneMatch, etag)) return respond(304, headers);
    const answered = await answers(key.join(" "), () =>
      readAnswer(question, span, state),
    );
    return chart === undefined
      ? respond(
          200,
          { ...headers, "content-type": "application/json" },
          JSON.stringify(answered),
        )
      : respondWithCsv(answered, chart, headers);
  };

  const followRoute = async (
    request: DashboardRequest,
  ): Promise<HttpResponse> => {
    const { route } = request;
    switch (route.kind) {
      case "redirect":
        return respond(302, {
          location: "/dashboards",
          "cache-control": "no-cache",
        });
      case "page":
        return respondWithPage(await loadAssets(), request);
      case "asset":
        return respondWithAsset(
          (await loadAssets()).files.get(route.path),
          request,
        );
      case "answer":
        return answer(route.question, request);
      case "csv":
        return answer(route.question, request, route.chart);
      default:
        return respondWithError(
          route.statusCode,
          route.error,
          route.statusCode === 405 ? { allow: "GET" } : {},
        );
    }
  };

  return async (event) => {
    const request = parseRequest(event);
    const response = await followRoute(request).catch((error: unknown) => {
      if (!ports.isOutage(error)) throw error;
      ports.reportOutage(error);
      return respondWithError(503, "the database does not answer; try again", {
        "retry-after": "5",
      });
    });
    return {
      response,
      summary: { route: request.route.kind, status: response.statusCode },
    };
  };
};

function respondWithCsv(
  { dashboard: name, from, charts }: DashboardAnswer,
  id: string,
  headers: Readonly<Record<string, string>>,
): HttpResponse {
  const chart = charts.find((candidate) => candidate.id === id);
  if (chart === undefined) throw new TypeError(`${name} has no chart ${id}`);
  const file = `${name}-${id}-${from.replaceAll(/[-:]/g, "")}.csv`;
  return respond(
    200,
    {
      ...headers,
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": `attachment; filename="${file}"`,
    },
    formatCsv(chart),
  );
}

/** RFC 3339 in UTC, in whole seconds, as the rows have it. */
function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
