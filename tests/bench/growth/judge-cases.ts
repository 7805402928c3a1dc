import type { CaseName } from "./rate-cases.ts";

/** What a case came to: `value` may not be below `floor`. */
export interface CaseResult {
  readonly name: CaseName;
  readonly unit: "ratio" | "plays/s";
  readonly value: number;
  readonly floor: number;
  /** Rate in plays a second or, of a closing, seconds a million plays; null where no base is measured. */
  readonly measured: number;
  readonly base: number | null;
  /** All that was measured. */
  readonly details: unknown;
}

/** The value of a ratio, to three digits; a fall below a floor is not rounded away. */
export const takeRatio = (rate: number, base: number): number =>
  Math.floor((rate / base) * 1000) / 1000;

/** Lists the cases that are below their floors, in words. */
export function listShortfalls(results: readonly CaseResult[]): string[] {
  return results
    .filter(({ value, floor }) => !(value >= floor))
    .map(
      ({ name, unit, value, floor }) =>
        `${name} is ${value}${unit === "ratio" ? "" : ` ${unit}`}, expected ${floor}`,
    );
}
