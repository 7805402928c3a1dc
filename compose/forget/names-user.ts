import { parseJson } from "#shared/domain/parse-json.ts";

/** What a dead letter holds of a record of `users`. */
export interface UserLetter {
  readonly key: Uint8Array | null;
  /** The record's value, and the one that an operator sent in its place. */
  readonly values: readonly (Uint8Array | null)[];
}

/**
 * Whether a letter is about this user: by the record's key, or by the number in its value, for a record whose key and value
 * differ is rejected. `unknown` where the key is another one and a value cannot be read.
 */
export function namesUser(
  { key, values }: UserLetter,
  userId: string,
): boolean | "unknown" {
  if (key !== null && Buffer.from(key).toString() === userId) return true;
  const found = new Set(
    values.filter((value) => value !== null).map((value) => readUserId(value)),
  );
  if (found.has(userId)) return true;
  return found.has(undefined) ? "unknown" : false;
}

function readUserId(value: Uint8Array): string | undefined {
  const parsed = parseJson(value);
  if (!parsed.ok) return undefined;
  const row = parsed.value;
  const id =
    typeof row === "object" && row !== null && "user_id" in row
      ? row.user_id
      : undefined;
  // As somebody meant it, although it was refused: "05", " 5".
  const isWritten = typeof id === "string" && id.trim() !== "";
  const number = typeof id === "number" || isWritten ? Number(id) : NaN;
  return Number.isNaN(number) ? undefined : String(number);
}
