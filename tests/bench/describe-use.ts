import type { ProcessUse } from "./measure-processes.ts";
import { measureGrowth, type PeaksByTenth } from "./memory-timeline.ts";

/** What the processes took, in the words of a result; null where the system has no /proc. */
export interface UseResult {
  readonly resident_mb: number | null;
  readonly resident_by_process_mb: Readonly<Record<string, number>> | null;
  /** Each process's own peak in each tenth of the span; null in one without a sample. */
  readonly resident_by_tenth_mb: Readonly<Record<string, PeaksByTenth>> | null;
  /** The peak of the span's second half less that of its first one: about 0 where memory is flat. */
  readonly resident_growth_mb: Readonly<Record<string, number | null>> | null;
  readonly cpu_seconds_by_process: Readonly<Record<string, number>> | null;
}

/** Puts what the meter says in the words of a result. */
export function describeUse(use: ProcessUse | undefined): UseResult {
  return {
    resident_mb: use?.residentMb ?? null,
    resident_by_process_mb: use?.residentByPartMb ?? null,
    resident_by_tenth_mb: use?.residentByTenthMb ?? null,
    resident_growth_mb:
      use === undefined
        ? null
        : Object.fromEntries(
            Object.entries(use.residentByTenthMb).map(([part, peaks]) => [
              part,
              measureGrowth(peaks),
            ]),
          ),
    cpu_seconds_by_process: use?.cpuSecondsByPart ?? null,
  };
}
