import { z } from "zod";

import { PERIODS, type Period } from "#shared/domain/dashboards/answer.ts";
import { parseTimestamp } from "#shared/domain/timestamp.ts";

/** What a query string says. */
export interface QueryParameters {
  readonly period: Period;
  /** Milliseconds since the epoch. */
  readonly untilMs: number | undefined;
}

export type ParsedQuery =
  | { readonly kind: "parsed"; readonly parameters: QueryParameters }
  | { readonly kind: "refused"; readonly error: string };

/** No query that is understood is longer. */
const LONGEST = 200;
const ZONED =
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
const EARLIEST_MS = Date.UTC(2000, 0);
const LATEST_MS = Date.UTC(2200, 0);

const period = z.enum(PERIODS, {
  error: `expected ${PERIODS.join(" or ")}`,
});
const until = z.string().transform((text, context): number => {
  const micros = ZONED.test(text) ? parseTimestamp(text) : undefined;
  const ms = micros === undefined ? Number.NaN : micros / 1000;
  if (ms >= EARLIEST_MS && ms < LATEST_MS) return ms;
  context.addIssue({
    code: "custom",
    message:
      "expected a time of the years 2000 to 2199 such as 2026-01-31T12:00:00Z, a + in it written %2B",
  });
  return z.NEVER;
});
const parameters = z.strictObject(
  { period, until: until.optional() },
  {
    error: ({ code }) =>
      code === "unrecognized_keys"
        ? "a parameter is not known; expected period and until"
        : undefined,
  },
);

/** Reads a query string; the first of its faults is told, without what was given. */
export function parseQuery(query: string): ParsedQuery {
  if (query.length > LONGEST)
    return refuse(
      `the query is too long; expected ${LONGEST} characters at most`,
    );
  const given = [...new URLSearchParams(query)];
  const names = given.map(([name]) => name);
  if (new Set(names).size < names.length)
    return refuse("a parameter is repeated; expected each once at most");
  // Names such as __proto__ are names here.
  const result = parameters.safeParse(
    Object.assign(Object.create(null), Object.fromEntries(given)),
  );
  if (!result.success) {
    const [issue] = result.error.issues;
    const place = issue?.path.join(".") ?? "";
    const fault = issue?.message ?? "wrong";
    return refuse(place === "" ? fault : `${place}: ${fault}`);
  }
  const { until: untilMs, ...rest } = result.data;
  return { kind: "parsed", parameters: { ...rest, untilMs } };
}

function refuse(error: string): ParsedQuery {
  return { kind: "refused", error };
}
