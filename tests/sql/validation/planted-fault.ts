import type pg from "pg";

/** A fault for one check: how to plant it in a consistent database, and what validation says then. */
export interface PlantedFault {
  readonly check: string;
  readonly fault: string;
  readonly plant: string | ((client: pg.Client) => Promise<unknown>);
  /** Other checks that see the same fault. */
  readonly alsoFails?: readonly string[];
  /** What one of the violations holds. */
  readonly shows: Readonly<Record<string, unknown>>;
}

/** A time of the consistent database's day in SQL. */
export const at = (time: string): string =>
  `timestamptz '2026-03-01 ${time}+00'`;

/** The same time, given to the minute, as a check shows it. */
export const shown = (time: string): string => `2026-03-01T${time}:00+00:00`;
