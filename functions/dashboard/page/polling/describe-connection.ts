import { formatClock } from "../format/format-time.ts";
import type { Reply } from "./reply.ts";

/** Says how the connection is, of which the last reply tells; nothing where all is well. */
export function describeConnection(
  reply: Pick<Reply, "kind">,
  shownAtMs: number | undefined,
): string {
  switch (reply.kind) {
    case "unreachable":
      return `No connection. ${describeShown(shownAtMs)}`;
    case "unavailable":
      return `The server has no figures at the moment. ${describeShown(shownAtMs)}`;
    default:
      return "";
  }
}

function describeShown(shownAtMs: number | undefined): string {
  return shownAtMs === undefined
    ? "Trying again."
    : `These are the figures of ${formatClock(shownAtMs)} UTC; trying again.`;
}
