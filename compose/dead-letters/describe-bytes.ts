import { decodeUtf8, parseJson } from "#shared/domain/parse-json.ts";
import { printable } from "./printable.ts";

/** More is for a file. */
const SHOWN_CHARACTERS = 4000;
/** Strings of JSON, and the spaces between its signs. */
const STRINGS_AND_SPACES = /("(?:[^"\\]|\\.)*")|\s+/g;

/** Returns bytes as lines for people: JSON laid out, other text as it is, anything else in base64. */
export function describeBytes(bytes: Uint8Array | null): string[] {
  if (bytes === null) return ["none"];
  const text = decodeUtf8(bytes);
  const whole =
    text === undefined
      ? Buffer.from(bytes).toString("base64")
      : (layOut(text, bytes) ?? text);
  const lines = whole.slice(0, SHOWN_CHARACTERS).split("\n").map(printable);
  const notes = [
    ...(text === undefined ? [`(base64 of ${bytes.length} bytes)`] : []),
    ...(whole.length > SHOWN_CHARACTERS
      ? [`(cut; ${bytes.length} bytes in all, export has them)`]
      : []),
  ];
  return [...lines, ...notes];
}

/**
 * Lays JSON out where it says the same then: a number that no double holds, or a repeated field, would be shown as the
 * record does not have it. What is long would be cut anyway, and could be nested deeper than can be written.
 */
function layOut(text: string, bytes: Uint8Array): string | undefined {
  if (text.length > SHOWN_CHARACTERS) return undefined;
  const parsed = parseJson(bytes);
  if (!parsed.ok) return undefined;
  const isSame =
    JSON.stringify(parsed.value) === text.replaceAll(STRINGS_AND_SPACES, "$1");
  return isSame ? JSON.stringify(parsed.value, undefined, 2) : undefined;
}
