import type { PartitionSlice } from "./encode-event.ts";

/** Failed offsets by partition, or why the whole batch counts as failed. */
export type BatchItemFailures =
  | { readonly kind: "none" }
  | {
      readonly kind: "some";
      readonly offsets: ReadonlyMap<number, ReadonlySet<number>>;
    }
  | { readonly kind: "invalid"; readonly reason: string };

const NONE: BatchItemFailures = { kind: "none" };
const invalid = (reason: string): BatchItemFailures => ({
  kind: "invalid",
  reason,
});

/**
 * Reads what a function with `ReportBatchItemFailures` answered to an event of these slices (event-source-mapping.md, 19):
 * null, `{}` and an empty list are success; anything that is no such response, or names a record that the event did not
 * hold, fails the whole batch, since nobody knows what was done.
 */
export function readBatchItemFailures(
  payload: Uint8Array | null,
  topic: string,
  slices: readonly PartitionSlice[],
): BatchItemFailures {
  if (payload === null || payload.byteLength === 0) return NONE;
  const response = parseJson(payload);
  if (response === null) return NONE;
  if (!isObject(response)) return invalid("the response is no object");
  const items = response["batchItemFailures"] ?? null;
  if (items === null) return NONE;
  if (!Array.isArray(items)) return invalid("batchItemFailures is no list");
  if (items.length === 0) return NONE;

  const sent = new Map(
    slices.map(({ partition, records }) => [
      `${topic}-${partition}`,
      {
        partition,
        offsets: new Set(records.map(({ offset }) => Number(offset))),
      },
    ]),
  );
  const offsets = new Map<number, Set<number>>();
  for (const item of items) {
    const identifier: unknown = isObject(item) ? item["itemIdentifier"] : null;
    if (!isObject(identifier)) return invalid("an item has no itemIdentifier");
    const { partition: name, offset } = identifier;
    if (typeof name !== "string" || typeof offset !== "number")
      return invalid("an itemIdentifier is no { partition, offset }");
    const slice = sent.get(name);
    if (slice === undefined || !slice.offsets.has(offset))
      return invalid(`${name}, offset ${offset}, was not in the event`);
    const known = offsets.get(slice.partition);
    if (known === undefined) offsets.set(slice.partition, new Set([offset]));
    else known.add(offset);
  }
  return { kind: "some", offsets };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

// What is no JSON is no object either.
function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString("utf8"));
  } catch {
    return "";
  }
}
