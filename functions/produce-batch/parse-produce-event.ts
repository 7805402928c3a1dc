import { z } from "zod";

import type { CatalogueSizes } from "#shared/domain/catalogue/sizes.ts";
import { parseDuration } from "#shared/domain/duration.ts";
import type { LivePeriod } from "#shared/domain/plays/live-plays.ts";
import type { MixInRates } from "#shared/domain/plays/mix-ins.ts";
import type { PlayPlan } from "#shared/domain/plays/plan-plays.ts";
import { parseTimestamp } from "#shared/domain/timestamp.ts";
import { type Dimension, DIMENSIONS } from "#shared/domain/topics.ts";
import { PipelineError } from "#shared/errors.ts";

interface CatalogueChoice {
  readonly seed: number;
  readonly sizes: Partial<CatalogueSizes>;
}

/** What an invocation asks for: a catalogue's entities, a period of live plays, or a part of a range of plays. */
export type ProduceRequest = CatalogueChoice &
  (
    | { readonly kind: "catalogue"; readonly dimensions: readonly Dimension[] }
    | { readonly kind: "live"; readonly period: LivePeriod }
    | { readonly kind: "range"; readonly plan: PlayPlan }
  );

const MOST_ENTITIES = 1_000_000;
const MOST_PLAYS_PER_SECOND = 100_000;
const MOST_PLAYS = 1_000_000_000;
const LONGEST_PERIOD_MS = 24 * 60 * 60 * 1000;
const EXPECTED = `expected one of
  {"time": "2026-01-31T12:00:00Z", "period": "1m", "rate": 20}  the plays of the period that ends at this time
  {"count": 1000, "from": "2026-01-01T00:00:00Z", "to": "2026-01-31T00:00:00Z"}  plays spread over a range, cut by firstIndex and lastIndex
  {"dimensions": ["users"]} or {"catalogue": {"users": 100}}  the catalogue's entities
each with "seed" and "catalogue", the plays also with "late", "outOfOrder", "orphans", "malformed", "duplicates" and "allowedLateness".`;

const moment = z.string().transform((text, context): number => {
  const micros = parseTimestamp(text);
  if (micros !== undefined && micros >= 0) return micros;
  context.addIssue({
    code: "custom",
    message: `is "${text}"; expected an RFC 3339 timestamp since 1970`,
  });
  return z.NEVER;
});
const durationMs = z.string().transform((text, context): number => {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined && milliseconds > 0) return milliseconds;
  context.addIssue({
    code: "custom",
    message: `is "${text}"; expected a duration above zero such as 30s or 1m`,
  });
  return z.NEVER;
});
const share = z.number().min(0).max(1).exactOptional();
const size = z.int().min(1).max(MOST_ENTITIES).exactOptional();
const index = z.int().min(0).exactOptional();

const catalogueFields = {
  seed: z.int().min(0).default(1),
  catalogue: z
    .strictObject({
      users: size,
      artists: size,
      albums: size,
      songs: size,
      devices: size,
      locations: size,
    })
    .default({}),
};
const playFields = {
  ...catalogueFields,
  late: share,
  outOfOrder: share,
  orphans: share,
  malformed: share,
  duplicates: share,
  allowedLateness: durationMs.default(10 * 60 * 1000),
};
const catalogueEvent = z.strictObject({
  ...catalogueFields,
  dimensions: z
    .array(z.enum(DIMENSIONS))
    .min(1)
    .default([...DIMENSIONS]),
});
const liveEvent = z
  .strictObject({
    ...playFields,
    time: moment,
    period: durationMs.refine(
      (period) => period <= LONGEST_PERIOD_MS,
      "is longer than a day; send a range instead",
    ),
    rate: z.number().positive().max(MOST_PLAYS_PER_SECOND),
  })
  .refine(haveRoom, {
    path: ["late"],
    message: "and outOfOrder, orphans, malformed add up to more than 1",
  });
const rangeEvent = z
  .strictObject({
    ...playFields,
    from: moment,
    to: moment,
    count: z.int().min(1).max(MOST_PLAYS),
    firstIndex: index,
    lastIndex: index,
  })
  .refine(({ from, to }) => from < to, {
    path: ["to"],
    message: "is not after from",
  })
  .refine(({ count, lastIndex = 0 }) => lastIndex < count, {
    path: ["lastIndex"],
    message: "is not below count",
  })
  .refine(
    ({ count, firstIndex = 0, lastIndex = count - 1 }) =>
      firstIndex <= lastIndex,
    {
      path: ["firstIndex"],
      message: "is above lastIndex, or not below count",
    },
  )
  .refine(haveRoom, {
    path: ["late"],
    message: "and outOfOrder, orphans, malformed add up to more than 1",
  });

/**
 * Reads the event of `produce-batch`; its fields tell which of the three requests it is.
 *
 * @throws PipelineError `invalid_produce_event` naming every wrong field and the shapes expected
 */
export function parseProduceEvent(event: unknown): ProduceRequest {
  if (has(event, "time") || has(event, "period") || has(event, "rate")) {
    const {
      seed,
      catalogue: sizes,
      time,
      period,
      rate,
      ...rest
    } = check(liveEvent, event);
    const toMicros = time;
    const fromMicros = Math.max(0, toMicros - Math.round(period * 1000));
    return {
      kind: "live",
      seed,
      sizes,
      period: { rate, fromMicros, toMicros, ...readPlayOptions(rest) },
    };
  }
  if (has(event, "count") || has(event, "from") || has(event, "to")) {
    const {
      seed,
      catalogue: sizes,
      from,
      to,
      count,
      firstIndex = 0,
      lastIndex,
      ...rest
    } = check(rangeEvent, event);
    const range = {
      fromMicros: from,
      toMicros: to,
      count,
      firstIndex,
      lastIndex: lastIndex ?? count - 1,
    };
    return {
      kind: "range",
      seed,
      sizes,
      plan: { ...range, ...readPlayOptions(rest) },
    };
  }
  if (has(event, "dimensions") || has(event, "catalogue")) {
    const { seed, catalogue: sizes, dimensions } = check(catalogueEvent, event);
    return { kind: "catalogue", seed, sizes, dimensions };
  }
  throw invalidEvent(["names no time, no count and no dimensions"]);
}

function readPlayOptions({
  allowedLateness,
  ...mixIns
}: Partial<MixInRates> & { readonly allowedLateness: number }) {
  return { allowedLatenessMicros: Math.round(allowedLateness * 1000), mixIns };
}

/** Whether the kinds that exclude each other leave a share of 0 or more for the regular plays. */
function haveRoom({
  late = 0,
  outOfOrder = 0,
  orphans = 0,
  malformed = 0,
}: Partial<MixInRates>): boolean {
  return late + outOfOrder + orphans + malformed <= 1;
}

function has(event: unknown, name: string): boolean {
  return (
    typeof event === "object" && event !== null && Object.hasOwn(event, name)
  );
}

function check<Schema extends z.ZodType>(
  schema: Schema,
  event: unknown,
): z.output<Schema> {
  const result = schema.safeParse(event);
  if (result.success) return result.data;
  throw invalidEvent(
    result.error.issues.map(({ path, message }) =>
      `${path.join(".")} ${message}`.trim(),
    ),
  );
}

function invalidEvent(faults: readonly string[]): PipelineError {
  return new PipelineError(
    `The event of produce-batch is not usable: ${faults.join("; ")};\n${EXPECTED}`,
    {
      code: "invalid_produce_event",
      domain: "user",
    },
  );
}
