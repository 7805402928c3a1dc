import { decodeUtf8 } from "./parse-json.ts";

/** Bytes inside JSON: text where that is lossless and short, else base64. */
export interface EncodedBytes {
  readonly encoding: "utf8" | "base64";
  readonly data: string;
}

const textEncoder = new TextEncoder();

/**
 * Bytes as text where they are UTF-8, so that a console consumer shows them. Text with U+0000 (Postgres takes it
 * in no jsonb) or with so much to escape that base64 is shorter becomes base64: never more than 4/3 of the bytes.
 */
export function encodeBytes(bytes: Uint8Array): EncodedBytes {
  const text = decodeUtf8(bytes);
  if (
    text !== undefined &&
    !text.includes("\0") &&
    countEscapes(bytes) <= bytes.length / 3
  ) {
    return { encoding: "utf8", data: text };
  }
  return {
    encoding: "base64",
    data: Buffer.from(
      bytes.buffer,
      bytes.byteOffset,
      bytes.byteLength,
    ).toString("base64"),
  };
}

/** The bytes back; `undefined` when `data` is no base64 although `encoding` says so. */
export function decodeBytes({
  encoding,
  data,
}: EncodedBytes): Uint8Array | undefined {
  if (encoding === "utf8") return textEncoder.encode(data);
  const bytes = Buffer.from(data, "base64");
  return bytes.toString("base64") === data ? new Uint8Array(bytes) : undefined;
}

/** Characters that JSON adds to escape the bytes' text. */
function countEscapes(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) {
    if (byte === 0x22 /* " */ || byte === 0x5c /* \ */) count += 1;
    else if (byte < 0x20) count += 5;
  }
  return count;
}
