import { decodeUtf8, parseJson } from "#shared/domain/parse-json.ts";
import { printable } from "./printable.ts";

/** More is for a file. */
const SHOWN_CHARACTERS = 4000;

/** Returns bytes as lines for people: JSON laid out, other text as it is, anything else in base64. */
export function describeBytes(bytes: Uint8Array | null): string[] {
  if (bytes === null) return ["none"];
  const parsed = parseJson(bytes);
  const text = decodeUtf8(bytes);
  const whole = parsed.ok
    ? JSON.stringify(parsed.value, undefined, 2)
    : (text ?? Buffer.from(bytes).toString("base64"));
  const lines = whole.slice(0, SHOWN_CHARACTERS).split("\n").map(printable);
  const notes = [
    ...(text === undefined ? [`(base64 of ${bytes.length} bytes)`] : []),
    ...(whole.length > SHOWN_CHARACTERS
      ? [`(cut; ${bytes.length} bytes in all, export has them)`]
      : []),
  ];
  return [...lines, ...notes];
}
