import type { FetchedRecord } from "./encode-record.ts";

interface Chunk {
  readonly records: readonly FetchedRecord[];
  /** Encoded bytes of each record, its comma included. */
  readonly recordBytes: Uint32Array;
  readonly fetchedAtMs: number;
  start: number;
}

/** The records of one partition that were fetched and are in no batch yet; records are taken in order and never copied. */
export class PartitionBuffer {
  readonly #measure: (record: FetchedRecord) => number;
  #chunks: Chunk[] = [];
  #count = 0;
  #encodedBytes = 0;

  /** `measure` gives the bytes of a record in an event, without a comma. */
  constructor(measure: (record: FetchedRecord) => number) {
    this.#measure = measure;
  }

  get count(): number {
    return this.#count;
  }

  /** Commas included, one for each record. */
  get encodedBytes(): number {
    return this.#encodedBytes;
  }

  /** When the first record was fetched; `null` when there is none. */
  get oldestFetchedAtMs(): number | null {
    return this.#chunks[0]?.fetchedAtMs ?? null;
  }

  /** Offset of the first record; `null` when there is none. */
  get headOffset(): number | null {
    const chunk = this.#chunks[0];
    const head = chunk?.records[chunk.start];
    return head === undefined ? null : Number(head.offset);
  }

  /** Bytes of the first record in an event, without its comma; 0 when there is none. */
  get headBytes(): number {
    const chunk = this.#chunks[0];
    return chunk === undefined ? 0 : (chunk.recordBytes[chunk.start] ?? 1) - 1;
  }

  append(records: readonly FetchedRecord[], fetchedAtMs: number): void {
    if (records.length === 0) return;
    const recordBytes = new Uint32Array(records.length);
    let bytes = 0;
    for (const [index, record] of records.entries()) {
      const size = this.#measure(record) + 1;
      recordBytes[index] = size;
      bytes += size;
    }
    this.#chunks.push({ records, recordBytes, fetchedAtMs, start: 0 });
    this.#count += records.length;
    this.#encodedBytes += bytes;
  }

  /** Takes records from the front while both limits allow; `encodedBytes` counts no comma after the last. */
  take(
    maximumRecords: number,
    maximumBytes: number,
  ): { records: FetchedRecord[]; encodedBytes: number } {
    const records: FetchedRecord[] = [];
    let bytes = 0;
    this.#removeWhile((record, size) => {
      if (records.length === maximumRecords || bytes + size - 1 > maximumBytes)
        return false;
      records.push(record);
      bytes += size;
      return true;
    });
    return { records, encodedBytes: Math.max(0, bytes - 1) };
  }

  /** Drops the records below `offset` and says how many there were. */
  dropBelow(offset: number): number {
    const before = this.#count;
    this.#removeWhile((record) => Number(record.offset) < offset);
    return before - this.#count;
  }

  /** Drops everything and says how many records that were. */
  clear(): number {
    const dropped = this.#count;
    this.#chunks = [];
    this.#count = 0;
    this.#encodedBytes = 0;
    return dropped;
  }

  #removeWhile(
    accept: (record: FetchedRecord, encodedBytes: number) => boolean,
  ): void {
    for (;;) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) return;
      while (chunk.start < chunk.records.length) {
        const record = chunk.records[chunk.start];
        const size = chunk.recordBytes[chunk.start];
        if (record === undefined || size === undefined || !accept(record, size))
          return;
        chunk.start += 1;
        this.#count -= 1;
        this.#encodedBytes -= size;
      }
      this.#chunks.shift();
    }
  }
}
