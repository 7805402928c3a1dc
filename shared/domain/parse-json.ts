import { type Decoded, malformedJson } from "./decoded.ts";

// Fatal, so that no byte is replaced in silence; a byte order mark is kept and then refused, as JSON has none.
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of strictly valid UTF-8, byte for byte restorable; `undefined` for other bytes. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Parses a record's value, UTF-8 encoded JSON; of repeated keys the last one wins, any depth is taken. */
export function parseJson(bytes: Uint8Array): Decoded<unknown> {
  const text = decodeUtf8(bytes);
  if (text === undefined)
    return malformedJson(
      `expected UTF-8, found other bytes (${bytes.length} in all)`,
    );
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    // The engine's own message quotes the payload.
    return malformedJson(
      `expected JSON, found something else (${bytes.length} bytes)`,
    );
  }
}
