/** A row of a check or a report, columns in order; times are text in UTC. */
export type ResultRow = Readonly<Record<string, unknown>>;

/** What one check found; `passed` is true as well where it could not be carried out, see `skippedBecause`. */
export interface ValidationCheck {
  readonly name: string;
  /** One sentence: what holds when the check passes. */
  readonly title: string;
  readonly passed: boolean;
  readonly skippedBecause?: string;
  readonly violationCount: number;
  /** The first ones only, see `MAX_VIOLATIONS`. */
  readonly violations: readonly ResultRow[];
}

/** A table to print; without rows its columns are not known. */
export interface ValidationReport {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly ResultRow[];
}

export interface ValidationResult {
  /** Whether every check passed. */
  readonly ok: boolean;
  readonly checks: readonly ValidationCheck[];
  readonly reports: readonly ValidationReport[];
}

/** So many violations of a check are kept; all are counted. */
export const MAX_VIOLATIONS = 20;
