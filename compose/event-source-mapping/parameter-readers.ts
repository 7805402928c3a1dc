import { invalidParameter } from "./errors.ts";

export type Properties = Readonly<Record<string, unknown>>;

/** An object with no property but the `known` ones; throws `InvalidParameterValueException`. */
export function readObject(
  name: string,
  value: unknown,
  known: readonly string[],
): Properties {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalidParameter(name, value, "an object");
  }
  for (const property of Object.keys(value)) {
    if (!known.includes(property)) {
      throw invalidParameter(
        `${name}.${property}`,
        "this property",
        `one of ${known.join(", ")}`,
      );
    }
  }
  return { ...value };
}

/** As `readObject`, but absent gives `null`. */
export function readOptionalObject(
  name: string,
  value: unknown,
  known: readonly string[],
): Properties | null {
  return value === undefined ? null : readObject(name, value, known);
}

/** A whole number within the range, both ends included, or `absent` where there is none. */
export function readInteger<T>(
  name: string,
  value: unknown,
  range: { minimum: number; maximum: number },
  absent: T,
): number | T {
  if (value === undefined) return absent;
  if (
    typeof value !== "number" ||
    !Number.isInteger(value) ||
    value < range.minimum ||
    value > range.maximum
  ) {
    throw invalidParameter(
      name,
      value,
      `a whole number from ${range.minimum} to ${range.maximum}`,
    );
  }
  return value;
}

export function readBoolean(
  name: string,
  value: unknown,
  absent: boolean,
): boolean {
  if (value === undefined) return absent;
  if (typeof value !== "boolean")
    throw invalidParameter(name, value, "true or false");
  return value;
}

/** A string that the pattern matches; `expected` describes it for people. */
export function readText(
  name: string,
  value: unknown,
  pattern: RegExp,
  expected: string,
): string {
  if (typeof value !== "string" || !pattern.test(value))
    throw invalidParameter(name, value, expected);
  return value;
}

export function readList(
  name: string,
  value: unknown,
  length: { minimum: number; maximum: number },
): unknown[] {
  if (
    !Array.isArray(value) ||
    value.length < length.minimum ||
    value.length > length.maximum
  ) {
    const expected =
      length.minimum === length.maximum
        ? `a list of exactly ${length.minimum}`
        : `a list of ${length.minimum} to ${length.maximum}`;
    throw invalidParameter(name, value, expected);
  }
  return [...value];
}
