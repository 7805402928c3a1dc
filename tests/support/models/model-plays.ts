const MINUTE = 60_000_000;
/** Where time 0 is: the start of a window of minutes and of an hour. */
export const BEGINNING_MS = Date.UTC(2026, 0, 15, 11);

/** A play as the model knows it: its window and its user. */
export interface ModelPlay {
  readonly id: number;
  /** Microseconds since `BEGINNING_MS`. */
  readonly time: number;
  readonly user: number;
}

/** Every play there can be, ids from 1: over two hours, a third of them in the last microsecond of a window. */
export const ALL_PLAYS: readonly ModelPlay[] = Array.from(
  { length: 60 },
  (_, index) => ({
    id: index + 1,
    time: ((index * 35) % 120) * MINUTE - (index % 3 === 2 ? 1 : 0),
    user: 1 + (index % 4),
  }),
);

/** The RFC 3339 text of a time, with its microseconds. */
export function formatTime(time: number): string {
  const ms = Math.floor(time / 1000);
  const micros = String(time - ms * 1000).padStart(3, "0");
  return new Date(BEGINNING_MS + ms).toISOString().replace("Z", `${micros}Z`);
}
