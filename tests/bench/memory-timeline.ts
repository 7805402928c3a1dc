/** What the parts held at one moment. */
export interface MemorySample {
  readonly atMs: number;
  readonly residentKb: Readonly<Record<string, number>>;
}

/** The peak of each tenth of the measured span, in MB; null for a tenth in which no sample was taken. */
export type PeaksByTenth = readonly (number | null)[];

const TENTHS = 10;

/** Divides the span from the first sample to the last one into tenths, and takes each part's peak in each. */
export function listPeaksByTenth(
  samples: readonly MemorySample[],
): Readonly<Record<string, PeaksByTenth>> {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return {};
  // One sample alone has no span; it is in the first tenth.
  const tenthMs = Math.max((last.atMs - first.atMs) / TENTHS, 1);
  const peaks = Object.fromEntries(
    Object.keys(first.residentKb).map((part) => [
      part,
      Array.from({ length: TENTHS }, (): number | null => null),
    ]),
  );
  for (const { atMs, residentKb } of samples) {
    const tenth = Math.min(
      TENTHS - 1,
      Math.floor((atMs - first.atMs) / tenthMs),
    );
    for (const [part, kb] of Object.entries(residentKb)) {
      const mb = Math.round(kb / 1024);
      const tenths = peaks[part];
      if (tenths !== undefined)
        tenths[tenth] = Math.max(tenths[tenth] ?? 0, mb);
    }
  }
  return peaks;
}

/**
 * The peak of the second half less that of the first half, in MB: about 0 where memory does not depend on how long the
 * work goes on. Null where a half has no sample.
 */
export function measureGrowth(peaks: PeaksByTenth): number | null {
  const [firstHalf, secondHalf] = [
    peaks.slice(0, TENTHS / 2),
    peaks.slice(TENTHS / 2),
  ].map((half) => half.filter((peak) => peak !== null));
  if (!firstHalf?.length || !secondHalf?.length) return null;
  return Math.max(...secondHalf) - Math.max(...firstHalf);
}
