import { decodeUtf8 } from "./parse-json.ts";
import type { KafkaRecord } from "./record.ts";

/** Headers of W3C Trace Context (https://www.w3.org/TR/trace-context/), by which whoever handles a record continues its trace. */
export const TRACE_HEADERS = {
  parent: "traceparent",
  state: "tracestate",
} as const;

/** Version, trace, parent and flags, 55 bytes; zeros are no identity, and the version ff is none. */
const LENGTH = 55;
const TRACEPARENT =
  /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/;
/** What others have to pass on at least, and nobody has to above. */
const LONGEST_STATE = 512;

type Headers = KafkaRecord["headers"];

/**
 * The trace headers of a record, as they came; none where `traceparent` has another form than today's version gives it,
 * for whoever can send records can send this header.
 */
export function readTraceHeaders(headers: Headers): Headers {
  // Most records have none: this is asked of each.
  if (headers.length === 0) return headers;
  const parent = findLast(headers, TRACE_HEADERS.parent);
  if (parent === undefined || !isTraceparent(parent[1])) return [];
  const state = findLast(headers, TRACE_HEADERS.state);
  return state === undefined || state[1].length > LONGEST_STATE
    ? [parent]
    : [parent, state];
}

function isTraceparent(bytes: Uint8Array): boolean {
  return bytes.length === LENGTH && TRACEPARENT.test(decodeUtf8(bytes) ?? "");
}

/** The last header of a name, as Kafka's own clients read it. */
function findLast(headers: Headers, name: string): Headers[number] | undefined {
  return headers.findLast(([headerName]) => headerName === name);
}
