import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import {
  exportLetters,
  withNewFile,
} from "#compose/dead-letters/export-letters.ts";
import {
  type LetterReader,
  openLetterReader,
} from "#compose/dead-letters/letter-reader.ts";
import type { LetterFilter } from "#compose/dead-letters/letter-filter.ts";
import {
  decodeBytes,
  type EncodedBytes,
} from "#shared/domain/encoded-bytes.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import { useLetters } from "#tests/support/letters/use-letters.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const letters = useLetters(database);
let reader: LetterReader;
let folder: string;

beforeAll(async () => {
  reader = openLetterReader(database.url("reader"));
  folder = await mkdtemp(join(tmpdir(), "export-"));
});
afterAll(async () => {
  await reader.close();
  await rm(folder, { recursive: true });
});
const bytes = (...values: number[]) => Uint8Array.from(values);
const PLAIN = makeRecord({ id: 1 });
const RECORDS: readonly (readonly [string, Partial<KafkaRecord>])[] = [
  ["plain text", {}],
  ["no key and no value", { key: null, value: null }],
  ["an empty key and an empty value", { key: bytes(), value: bytes() }],
  ["U+0000", { key: bytes(0), value: Buffer.from('{"a":"\0"}') }],
  ["invalid UTF-8", { key: bytes(0xff), value: bytes(0xc3, 0x28, 0, 0xff) }],
  ["a byte order mark", { value: bytes(0xef, 0xbb, 0xbf, 0x7b, 0x7d) }],
  ["quotes, lines and controls", { value: Buffer.from('"\\\r\n\u001B\u2028') }],
  ["a megabyte", { value: new Uint8Array(1_000_000).fill(0x22) }],
  [
    "headers of all kinds",
    {
      headers: [
        ["trace", bytes(0, 255)],
        ["trace", bytes()],
        ["U+0000 \0", Buffer.from("in a name")],
        ["ünïcode ☃", bytes(0xff)],
        ["", bytes(1)],
        ["__proto__", bytes(2)],
      ],
    },
  ],
];

test("from the export a record can be restored, byte for byte", async () => {
  await letters.reject(
    ...RECORDS.map(([, changes], offset) => ({
      record: { ...PLAIN, offset, ...changes },
      reason: "malformed_json" as const,
    })),
  );

  const lines = await exportLines({});

  expect(lines).toHaveLength(RECORDS.length);
  for (const [offset, [name, changes]] of RECORDS.entries()) {
    const { key, value, headers } = { ...PLAIN, ...changes };
    expect({ name, ...restore(lines[offset]) }).toEqual({
      name,
      topic: PLAIN.topic,
      partition: PLAIN.partition,
      offset,
      timestampMs: PLAIN.timestampMs,
      key: toHex(key),
      value: toHex(value),
      headers: headers.map(([header, content]) => [header, toHex(content)]),
    });
  }
});

test("it says of each letter what happened, why, and what can be done", async () => {
  const [id] = await letters.reject({
    record: PLAIN,
    reason: "unknown_reference",
    detail: "expected these to exist: users 777",
    missingReferences: [{ dimension: "users", id: 777 }],
  });

  expect(await exportLines({})).toEqual([
    expect.objectContaining({
      id: Number(id),
      state: "waiting",
      resolution: null,
      reason: "unknown_reference",
      detail: "expected these to exist: users 777",
      explanation: "The record refers to dimensions that do not exist yet.",
      next_steps: expect.arrayContaining([
        `To give it up: npm run dlq -- bury ${id}`,
      ]),
      missing_references: [{ dimension: "users", id: 777 }],
      awaited_references: [{ dimension: "users", id: 777 }],
      attempt: 1,
      redrive_count: 0,
      origin: `stream-events-0-${PLAIN.offset}`,
      mended_value: null,
      actions: [],
    }),
  ]);
});

test("letters come in the order in which they were stored, in pieces, until an interruption", async () => {
  await letters.reject(
    ...Array.from({ length: 3 }, (_, offset) => ({
      // Three of these are more than one piece.
      record: { ...PLAIN, offset, value: new Uint8Array(4_000_000) },
    })),
    { record: { ...PLAIN, offset: 3, topic: "users" } },
  );
  const filter = { topics: ["stream-events"] };
  const interrupted = new AbortController();
  const reason = new Error("Interrupted.");
  const writes: string[][] = [];
  const progress: number[][] = [];
  const run = (signal: AbortSignal, onWritten: () => void) =>
    exportLetters(
      { reader, filter, signal, onProgress: (...at) => progress.push(at) },
      (text) => {
        writes.push(text.match(/"offset":\d+/g) ?? []);
        onWritten();
        return Promise.resolve();
      },
    );

  const first = run(interrupted.signal, () => interrupted.abort(reason));
  await expect(first).rejects.toBe(reason);
  const count = await run(new AbortController().signal, () => undefined);

  expect(count).toBe(3);
  const [zero, one, two] = [0, 1, 2].map((offset) => `"offset":${offset}`);
  expect(writes).toEqual([[zero, one], [zero, one], [two]]);
  expect(progress).toEqual([
    [0, 3],
    [2, 3],
    [0, 3],
    [2, 3],
    [3, 3],
  ]);
});

test("a file that is written is its owner's alone, and nothing is written over", async () => {
  const path = join(folder, "letters.jsonl");

  const result = await withNewFile(path, async (write) => {
    await write("a\n");
    await write("b\n");
    return 2;
  });

  expect(result).toBe(2);
  expect(await readFile(path, "utf8")).toBe("a\nb\n");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await expect(
    withNewFile(path, () => Promise.resolve()),
  ).rejects.toMatchObject({ code: "file_exists", domain: "user" });
  expect(await readFile(path, "utf8")).toBe("a\nb\n");
});

test("a file that was not written to its end is not left behind, for it looks like a whole one", async () => {
  const path = join(folder, "half.jsonl");
  const failure = new Error("no space left");

  await expect(
    withNewFile(path, async (write) => {
      await write("a\n");
      throw failure;
    }),
  ).rejects.toBe(failure);

  await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
});

test("a place that cannot be written to is named", async () => {
  await writeFile(join(folder, "file"), "");

  for (const path of [join(folder, "none", "x"), join(folder, "file", "x")])
    await expect(
      withNewFile(path, () => Promise.resolve()),
    ).rejects.toMatchObject({
      code: "directory_unreachable",
      domain: "user",
      message: expect.stringContaining(path),
    });
});

interface ExportedLetter {
  readonly source: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: number;
    readonly timestamp_ms: number;
  };
  readonly key: EncodedBytes | null;
  readonly value: EncodedBytes | null;
  readonly headers: readonly (readonly [string, EncodedBytes])[];
}

async function exportLines(filter: LetterFilter): Promise<ExportedLetter[]> {
  let text = "";
  await exportLetters(
    {
      reader,
      filter,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    },
    (written) => {
      text += written;
      return Promise.resolve();
    },
  );
  return text
    .split("\n")
    .slice(0, -1)
    .map((line): ExportedLetter => JSON.parse(line));
}

/** The record of an exported letter, bytes as hexadecimal digits. */
function restore(letter: ExportedLetter | undefined) {
  if (letter === undefined) return {};
  const { source, key, value, headers } = letter;
  return {
    topic: source.topic,
    partition: source.partition,
    offset: source.offset,
    timestampMs: source.timestamp_ms,
    key: key && toHex(decodeBytes(key)),
    value: value && toHex(decodeBytes(value)),
    headers: headers.map(([name, content]) => [
      name,
      toHex(decodeBytes(content)),
    ]),
  };
}

function toHex(content: Uint8Array | null | undefined): string | null {
  return content === null || content === undefined
    ? null
    : Buffer.from(content).toString("hex");
}
