import type { RejectionReason } from "./rejection.ts";

/** Why bytes are no value of ours; `detail` names the path and the expectation, never the payload. */
export interface Undecodable {
  readonly ok: false;
  readonly reason: Extract<
    RejectionReason,
    "malformed_json" | "invalid_schema"
  >;
  readonly detail: string;
}

/** A decoded value, or the reason why there is none. */
export type Decoded<Value> =
  { readonly ok: true; readonly value: Value } | Undecodable;

/** The bytes are not UTF-8 encoded JSON. */
export function malformedJson(detail: string): Undecodable {
  return { ok: false, reason: "malformed_json", detail };
}

/** The JSON has not the shape of its topic's schema; `path` is a JSON pointer, or `key` for the record's key. */
export function invalidSchema(path: string, expectation: string): Undecodable {
  return {
    ok: false,
    reason: "invalid_schema",
    detail: `${path}: ${expectation}`,
  };
}
