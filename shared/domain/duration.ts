const MILLISECONDS_OF_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Reads a duration such as `500ms`, `30s`, `1.5m`, `1h` or `3d` as whole milliseconds; `undefined` for other text. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] =
    /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
  const unitMs = unit === undefined ? undefined : MILLISECONDS_OF_UNIT[unit];
  return unitMs === undefined ? undefined : Math.round(Number(amount) * unitMs);
}
