import { encodedRecordBytes, recordPrefix } from "./encode-record.ts";
import { PartitionBuffer } from "./partition-buffer.ts";

/** What a poller knows of a partition for as long as the group leaves it to this member. */
export interface AssignedPartition {
  readonly partition: number;
  readonly buffer: PartitionBuffer;
  /** False until it is known from where to read; nothing is fetched or invoked before. */
  isPositioned: boolean;
  /** Its buffer has its share of the poller's memory: fetching is paused. */
  isFull: boolean;
  /** Offset of the next record to fetch. */
  fetched: number;
  /** The newest offset that was given to the commit queue, or found in the group. */
  committed: number;
  /** The newest offset that the group confirmed. */
  acknowledged: number;
  /** Records handled since the last commit was queued. */
  handledEventCount: number;
  /** Records that the filter kept back and no commit covers yet, by fetch, in order; offsets of a next record. */
  filteredOut: { readonly nextOffset: number; readonly eventCount: number }[];
  highWatermark: number;
}

/** How far one partition is; offsets of a next record. */
export interface PartitionStatus {
  readonly partition: number;
  readonly committedOffset: number;
  /** As of the last fetch that brought records of the partition. */
  readonly highWatermark: number;
  readonly lag: number;
}

export function createAssignedPartition(
  topic: string,
  partition: number,
): AssignedPartition {
  const prefix = recordPrefix(topic, partition);
  return {
    partition,
    buffer: new PartitionBuffer((record) => encodedRecordBytes(prefix, record)),
    isPositioned: false,
    isFull: false,
    fetched: 0,
    committed: 0,
    acknowledged: 0,
    handledEventCount: 0,
    filteredOut: [],
    highWatermark: 0,
  };
}

export function statusOf({
  partition,
  acknowledged,
  highWatermark,
}: AssignedPartition): PartitionStatus {
  return {
    partition,
    committedOffset: acknowledged,
    highWatermark,
    lag: Math.max(0, highWatermark - acknowledged),
  };
}

/** Takes the filtered records below `offset` out of those that no commit covers, and says how many they are. */
export function coverFilteredOut(
  { filteredOut }: AssignedPartition,
  offset: number,
): number {
  let eventCount = 0;
  for (
    let first = filteredOut[0];
    first !== undefined && first.nextOffset <= offset;
    first = filteredOut[0]
  ) {
    eventCount += first.eventCount;
    filteredOut.shift();
  }
  return eventCount;
}
