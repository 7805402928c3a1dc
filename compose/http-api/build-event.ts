import type { MatchedRoute } from "./match-route.ts";

/** A request as Node has it. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  /** Name, value, name, value, …, as they came. */
  readonly rawHeaders: readonly string[];
  readonly sourceIp: string;
}

/** What only the gateway knows of a request. */
export interface GatewayContext {
  readonly requestId: string;
  readonly nowMs: number;
}

/** What API Gateway hands to a function for a request without a body: payload format 2.0, undefined members left out. */
export interface HttpApiEvent {
  readonly version: "2.0";
  readonly routeKey: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly requestContext: Readonly<Record<string, unknown>>;
  readonly isBase64Encoded: false;
}

/** Cuts a request's target into path and query, without the question mark. */
export function splitTarget(target: string): {
  readonly path: string;
  readonly query: string;
} {
  const mark = target.indexOf("?");
  return mark < 0
    ? { path: target, query: "" }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** Builds the event of a request; names of headers in lower case, what comes several times joined by commas. */
export function buildEvent(
  { method, target, rawHeaders, sourceIp }: ReceivedRequest,
  { routeKey, pathParameters }: MatchedRoute,
  { requestId, nowMs }: GatewayContext,
): HttpApiEvent {
  const { path, query } = splitTarget(target);
  const { cookie, ...headers } = joinHeaders(rawHeaders);
  const parameters = joinValues([...new URLSearchParams(query)]);
  const host = headers["host"] ?? "";
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: query,
    // The gateway takes them out of the headers.
    ...(cookie === undefined
      ? {}
      : { cookies: cookie.split(";").map((text) => text.trim()) }),
    headers,
    ...(Object.keys(parameters).length === 0
      ? {}
      : { queryStringParameters: parameters }),
    ...(Object.keys(pathParameters).length === 0 ? {} : { pathParameters }),
    requestContext: {
      accountId: "000000000000",
      apiId: "local",
      domainName: host,
      domainPrefix: "local",
      http: {
        method,
        path,
        protocol: "HTTP/1.1",
        sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId,
      routeKey,
      stage: "$default",
      time: formatTime(nowMs),
      timeEpoch: nowMs,
    },
    isBase64Encoded: false,
  };
}

function joinHeaders(raw: readonly string[]): Record<string, string> {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2)
    pairs.push([(raw[index] ?? "").toLowerCase(), raw[index + 1] ?? ""]);
  // Cookies have a separator of their own.
  const cookies = pairs.filter(([name]) => name === "cookie");
  return {
    ...joinValues(pairs.filter(([name]) => name !== "cookie")),
    ...(cookies.length === 0
      ? {}
      : { cookie: cookies.map(([, value]) => value).join("; ") }),
  };
}

function joinValues(
  pairs: readonly (readonly [string, string])[],
): Record<string, string> {
  const values = Map.groupBy(pairs, ([name]) => name);
  return Object.fromEntries(
    [...values].map(([name, all]) => [
      name,
      all.map(([, value]) => value).join(","),
    ]),
  );
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** As access logs have it: `12/Mar/2026:19:03:58 +0000`. */
function formatTime(ms: number): string {
  const [date = "", time = ""] = new Date(ms).toISOString().split("T");
  const [year, month, day] = date.split("-");
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
}
