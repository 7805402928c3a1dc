import { eventEnvelopeBytes, partitionEnvelopeBytes } from "./encode-event.ts";
import type { EventFormat, PartitionSlice } from "./encode-event.ts";
import type { PartitionBuffer } from "./partition-buffer.ts";

export interface BatchLimits {
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  readonly maximumEventBytes: number;
}

export interface WaitingPartition {
  readonly partition: number;
  readonly buffer: PartitionBuffer;
  /** Fetching is paused: nothing more comes before something is taken. */
  readonly isFull: boolean;
}

/** What to do next with the records that wait. */
export type Assembly =
  | { readonly kind: "nothing" }
  /** The batch is open until then, unless more records close it. */
  | { readonly kind: "open"; readonly closesAtMs: number }
  | { readonly kind: "batch"; readonly slices: readonly PartitionSlice[] }
  /** One record that no event can hold (10). */
  | { readonly kind: "oversized"; readonly slice: PartitionSlice };

/**
 * Takes the next batch out of the buffers, if it is closed (event-source-mapping.md, 9 and 10): window over,
 * `batchSize` records, the event full, or a buffer full, which no longer window would fill further. Partitions are served in the order of `free`, which the caller rotates. A
 * trickle of records from all partitions shares one event; under a backlog a batch takes even shares of as many
 * partitions as leave enough to the `invocationsLeft` (this one included) that may begin now, so that partitions
 * advance in step. None in `free` may have an invocation in flight.
 */
export function assembleBatch(
  free: readonly WaitingPartition[],
  limits: BatchLimits,
  format: EventFormat,
  nowMs: number,
  invocationsLeft = 1,
): Assembly {
  const waiting = free.filter(({ buffer }) => buffer.count > 0);
  if (waiting.length === 0) return { kind: "nothing" };

  const oversized = waiting.find(
    ({ partition, buffer }) =>
      buffer.headBytes > room(limits, format, partition),
  );
  if (oversized !== undefined) {
    const { partition, buffer } = oversized;
    return {
      kind: "oversized",
      slice: { partition, ...buffer.take(1, Number.POSITIVE_INFINITY) },
    };
  }

  const oldestFetchedAtMs = Math.min(
    ...waiting.map(({ buffer }) => buffer.oldestFetchedAtMs ?? nowMs),
  );
  const closesAtMs = oldestFetchedAtMs + limits.batchingWindowMs;
  const isClosed =
    nowMs >= closesAtMs ||
    waiting.some(({ isFull }) => isFull) ||
    fillsBatch(waiting, limits, format);
  if (!isClosed) return { kind: "open", closesAtMs };
  const chosen = choosePartitions(waiting, limits, invocationsLeft);
  return { kind: "batch", slices: takeSlices(chosen, limits, format) };
}

const room = (
  limits: BatchLimits,
  format: EventFormat,
  partition: number,
): number =>
  limits.maximumEventBytes -
  eventEnvelopeBytes(format) -
  partitionEnvelopeBytes(format, partition);

function fillsBatch(
  waiting: readonly WaitingPartition[],
  limits: BatchLimits,
  format: EventFormat,
): boolean {
  let count = 0;
  let bytes = eventEnvelopeBytes(format);
  for (const { partition, buffer } of waiting) {
    count += buffer.count;
    bytes +=
      partitionEnvelopeBytes(format, partition) + buffer.encodedBytes - 1;
  }
  return count >= limits.batchSize || bytes > limits.maximumEventBytes;
}

/** The first partitions that fill a batch, and at least this invocation's share of all. */
function choosePartitions(
  waiting: readonly WaitingPartition[],
  { batchSize }: BatchLimits,
  invocationsLeft: number,
): readonly WaitingPartition[] {
  const share = Math.ceil(waiting.length / invocationsLeft);
  let count = 0;
  const needed = waiting.findIndex(
    ({ buffer }) => (count += buffer.count) >= batchSize,
  );
  return needed === -1
    ? waiting
    : waiting.slice(0, Math.max(share, needed + 1));
}

/**
 * Even shares: those that have less than theirs come early and leave the rest to the others. Room is kept for one record
 * of the partition served first, whatever its size, so that no partition waits for ever.
 */
function takeSlices(
  chosen: readonly WaitingPartition[],
  limits: BatchLimits,
  format: EventFormat,
): readonly PartitionSlice[] {
  const slices: PartitionSlice[] = [];
  const [first] = chosen;
  if (first === undefined) return slices;
  let records = limits.batchSize;
  let bytes = limits.maximumEventBytes - eventEnvelopeBytes(format);
  let reservedRecords = 1;
  let reservedBytes =
    partitionEnvelopeBytes(format, first.partition) + first.buffer.headBytes;
  const leastFirst = chosen.toSorted(
    (a, b) => demand(a, limits) - demand(b, limits),
  );
  for (const [index, waiting] of leastFirst.entries()) {
    if (waiting === first) {
      reservedRecords = 0;
      reservedBytes = 0;
    }
    const { partition, buffer } = waiting;
    const shares = leastFirst.length - index;
    const envelope = partitionEnvelopeBytes(format, partition);
    const shareBytes =
      Math.min(Math.floor(bytes / shares), bytes - reservedBytes) - envelope;
    const slice = buffer.take(
      Math.min(Math.ceil(records / shares), records - reservedRecords),
      waiting === first ? Math.max(shareBytes, buffer.headBytes) : shareBytes,
    );
    if (slice.records.length === 0) continue;
    slices.push({ partition, ...slice });
    records -= slice.records.length;
    bytes -= envelope + slice.encodedBytes;
  }
  return slices;
}

/** Which part of a whole event the waiting records would take. */
const demand = (
  { buffer }: WaitingPartition,
  { batchSize, maximumEventBytes }: BatchLimits,
): number =>
  Math.max(buffer.count / batchSize, buffer.encodedBytes / maximumEventBytes);
