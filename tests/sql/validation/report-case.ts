import type { SmallPlay } from "./small-catalogue.ts";

/** What a report says of given plays. */
export interface ReportCase {
  readonly report: string;
  readonly title: string;
  readonly plays: readonly SmallPlay[];
  /** What is in the database besides. */
  readonly given?: string;
  /** In order: all rows, or some of them where `isComplete` is false. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly isComplete?: false;
}
