const UNIT_MS: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};
const RATE = /^rate\(([1-9]\d{0,6}) (second|minute|hour|day)(s?)\)$/;

/**
 * Reads EventBridge's `rate(1 minute)`, `rate(5 minutes)` as milliseconds; undefined for anything else. As there,
 * the unit is singular for 1 only. Seconds, which EventBridge does not have, are read where they are allowed.
 */
export function parseRate(
  text: string,
  { allowSeconds }: { allowSeconds: boolean },
): number | undefined {
  const [, count, unit = "", plural] = RATE.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  if (count === undefined || unitMs === undefined) return undefined;
  if ((count === "1") !== (plural === "")) return undefined;
  if (unit === "second" && !allowSeconds) return undefined;
  return Number(count) * unitMs;
}
