import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** Hands over each line that a stream brings, the last one also when it has no end. */
export function emitLines(
  stream: Readable,
  onLine: (line: string) => void,
): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on(
    "line",
    onLine,
  );
}
