/** Writes a moment as the time of day, UTC: 14:05. */
export function formatTimeOfDay(text: string): string {
  return toIso(text).slice(11, 16);
}

/** Writes a moment with its day, UTC, and with its seconds where it has some: 2026-11-28 14:05. */
export function formatMoment(text: string): string {
  const iso = toIso(text);
  const seconds = iso.slice(16, 19);
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}${seconds === ":00" ? "" : seconds}`;
}

/** Writes a clock's milliseconds as the time of day, UTC: 14:05:07. */
export function formatClock(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(11, 19);
}

/** Writes a period, UTC, with its days where they differ: 2026-11-28 13:10 to 14:10 UTC. */
export function formatRange(from: string, until: string): string {
  const [start, end] = [formatMoment(from), formatMoment(until)];
  const isSameDay = start.slice(0, 10) === end.slice(0, 10);
  return `${start} to ${isSameDay ? end.slice(11) : end} UTC`;
}

function toIso(text: string): string {
  return new Date(text).toISOString();
}
