import { z } from "zod";

import {
  DASHBOARD_NAMES,
  type DashboardName,
  type Period,
} from "#shared/domain/dashboards/answer.ts";
import { DASHBOARDS } from "#shared/domain/dashboards/dashboards.ts";

import { parseQuery } from "./parse-query.ts";

/** What is asked of a dashboard. */
export interface Question {
  readonly dashboard: DashboardName;
  readonly period: Period;
  /** End of the period, milliseconds since the epoch; undefined for now. */
  readonly untilMs: number | undefined;
}

/** Where a request leads. */
export type Route =
  | { readonly kind: "redirect" | "page" }
  | { readonly kind: "asset"; readonly path: string }
  | { readonly kind: "answer"; readonly question: Question }
  | {
      readonly kind: "csv";
      readonly question: Question;
      readonly chart: string;
    }
  | {
      readonly kind: "refused";
      readonly statusCode: 400 | 404 | 405;
      readonly error: string;
    };

/** A request and the headers that decide how it is answered. */
export interface DashboardRequest {
  readonly route: Route;
  readonly ifNoneMatch: string;
  readonly acceptEncoding: string;
}

/** The part of API Gateway's event, payload format 2.0, that is read. */
const eventSchema = z.object({
  version: z.literal("2.0"),
  rawPath: z.string(),
  rawQueryString: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
  requestContext: z.object({ http: z.object({ method: z.string() }) }),
});

const API = /^\/api\/dashboards\/([^/]+)$/;
const CSV = /^\/api\/dashboards\/([^/]+)\/([^/]+)\.csv$/;

/**
 * Reads an event of API Gateway.
 *
 * @throws ZodError for an event that is none: nobody has asked for anything then
 */
export function parseRequest(event: unknown): DashboardRequest {
  const { rawPath, rawQueryString, headers, requestContext } =
    eventSchema.parse(event);
  return {
    route: findRoute(requestContext.http.method, rawPath, rawQueryString),
    ifNoneMatch: headers["if-none-match"] ?? "",
    acceptEncoding: headers["accept-encoding"] ?? "",
  };
}

function findRoute(method: string, path: string, query: string): Route {
  const route = findGetRoute(path, query);
  const isThere = route.kind !== "refused" || route.statusCode !== 404;
  return isThere && method !== "GET"
    ? refuse(405, "only GET is answered")
    : route;
}

function findGetRoute(path: string, query: string): Route {
  if (path === "/") return { kind: "redirect" };
  if (path === "/dashboards") return { kind: "page" };
  if (path.startsWith("/assets/")) return { kind: "asset", path };
  const [, csvName, chart] = CSV.exec(path) ?? [];
  const name = csvName ?? API.exec(path)?.[1];
  if (name === undefined)
    return refuse(
      404,
      "there is nothing here; the dashboards are at /dashboards",
    );
  if (!isDashboard(name)) {
    return refuse(
      400,
      `there is no such dashboard; expected one of ${DASHBOARD_NAMES.join(", ")}`,
    );
  }
  const ids = DASHBOARDS[name].charts.map(({ id }) => id);
  if (chart !== undefined && !ids.includes(chart)) {
    return refuse(
      400,
      `${name} has no such chart; expected one of ${ids.join(", ")}`,
    );
  }
  const parsed = parseQuery(query);
  if (parsed.kind === "refused") return refuse(400, parsed.error);
  const question = { dashboard: name, ...parsed.parameters };
  return chart === undefined
    ? { kind: "answer", question }
    : { kind: "csv", question, chart };
}

function isDashboard(name: string): name is DashboardName {
  return Object.hasOwn(DASHBOARDS, name);
}

function refuse(statusCode: 400 | 404 | 405, error: string): Route {
  return { kind: "refused", statusCode, error };
}
