import type { EventSource } from "./configuration.ts";
import { encodeRecord, recordPrefix, toAsciiJson } from "./encode-record.ts";
import type { FetchedRecord } from "./encode-record.ts";

/** Consecutive records of one partition, in offset order. */
export interface PartitionSlice {
  readonly partition: number;
  readonly records: readonly FetchedRecord[];
  /** Of the records and the commas between them. */
  readonly encodedBytes: number;
}

/** What the events of one mapping have in common. */
export interface EventFormat {
  readonly head: string;
  readonly topic: string;
}

const EVENT_END = "}}";

/** `bootstrapServers` is what the event says of them, also for MSK, where the declaration does not. */
export function createEventFormat(
  source: EventSource,
  bootstrapServers: readonly string[],
  topic: string,
): EventFormat {
  const arn =
    source.kind === "aws:kafka"
      ? `,"eventSourceArn":${toAsciiJson(source.eventSourceArn)}`
      : "";
  const servers = toAsciiJson(bootstrapServers.join(","));
  return {
    head: `{"eventSource":"${source.kind}"${arn},"bootstrapServers":${servers},"records":{`,
    topic,
  };
}

const partitionHead = ({ topic }: EventFormat, partition: number): string =>
  `"${topic}-${partition}":[`;

/** Bytes of an event around its partitions, less the comma that `partitionEnvelopeBytes` counts once too often. */
export const eventEnvelopeBytes = ({ head }: EventFormat): number =>
  head.length + EVENT_END.length - ",".length;

/** Bytes that a further partition adds to an event, its records apart: the key, the brackets and a comma. */
export const partitionEnvelopeBytes = (
  format: EventFormat,
  partition: number,
): number => partitionHead(format, partition).length + "],".length;

/** Bytes of `encodeEvent`, for one slice or more. */
export function eventBytes(
  format: EventFormat,
  slices: readonly PartitionSlice[],
): number {
  return slices.reduce(
    (bytes, slice) =>
      bytes +
      partitionEnvelopeBytes(format, slice.partition) +
      slice.encodedBytes,
    eventEnvelopeBytes(format),
  );
}

/** The whole event, in memory of its own (it can be transferred to a thread), written record by record. */
export function encodeEvent(
  format: EventFormat,
  slices: readonly PartitionSlice[],
): Uint8Array<ArrayBuffer> {
  const memory = new ArrayBuffer(eventBytes(format, slices));
  const bytes = Buffer.from(memory);
  let end = 0;
  // Everything is ASCII: one byte for a character, without a look at it.
  const write = (json: string): void => {
    end += bytes.write(json, end, "latin1");
  };
  write(format.head);
  for (const [index, slice] of slices.entries()) {
    const prefix = recordPrefix(format.topic, slice.partition);
    write((index === 0 ? "" : ",") + partitionHead(format, slice.partition));
    let separator = "";
    for (const record of slice.records) {
      write(separator + encodeRecord(prefix, record));
      separator = ",";
    }
    write("]");
  }
  write(EVENT_END);
  if (end !== memory.byteLength) {
    throw new Error(
      `An event was measured at ${memory.byteLength} bytes and has ${end}: the encoder and its measure disagree.`,
    );
  }
  return new Uint8Array(memory);
}
