import type { Cell, Column, Unit } from "#shared/domain/dashboards/answer.ts";
import { formatMoment, formatTimeOfDay } from "./format-time.ts";

/** Stands where there is no value, such as a rate of no plays. */
export const NO_VALUE = "–";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const count = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const compactCount = new Intl.NumberFormat("en-US", {
  notation: "compact",
  maximumFractionDigits: 1,
});
const share = new Intl.NumberFormat("en-US", {
  style: "percent",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const tick = new Intl.NumberFormat("en-US", {
  style: "percent",
  maximumFractionDigits: 1,
});
const regionNames = new Intl.DisplayNames(["en"], {
  type: "region",
  fallback: "none",
});

// Line feeds and the like, and what turns the direction of all that follows.
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu;

/** Writes a text from data in one line that changes nothing around it. */
export function formatText(text: string): string {
  return text.replaceAll(BREAKS, " ");
}

/** Writes a cell in full, as a table shows it. */
export function formatCell(cell: Cell, { name, unit }: Column): string {
  if (cell === null) return NO_VALUE;
  if (typeof cell === "number") return formatNumber(cell, unit);
  if (unit === "time") return formatMoment(cell);
  const country = name === "country" ? findCountryName(cell) : undefined;
  return country === undefined ? formatText(cell) : `${country} (${cell})`;
}

/** Writes a category as short as an axis needs it; a time is the time of day. */
export function formatCategory(cell: Cell, { name, unit }: Column): string {
  if (cell === null) return "unknown";
  if (typeof cell === "number") return String(cell);
  if (unit === "time") return formatTimeOfDay(cell);
  const country = name === "country" ? findCountryName(cell) : undefined;
  return country ?? formatText(cell);
}

/** Writes a number in full: 1,234 or 12.3% or 3 min 4 s. */
export function formatNumber(value: number, unit: Unit): string {
  if (unit === "share") return share.format(value);
  return unit === "seconds" ? formatSeconds(value) : count.format(value);
}

/** Writes a number as short as a label beside a bar needs it: 12.3K or 12.3% or 184 s. */
export function formatShort(value: number, unit: Unit): string {
  if (unit === "share") return share.format(value);
  if (unit === "seconds")
    return value < HOUR
      ? `${Math.round(value)} s`
      : `${compactCount.format(value / HOUR)} h`;
  return value < 10_000 ? count.format(value) : compactCount.format(value);
}

/** Writes a number at an axis: 20% has no decimals that say nothing. */
export function formatTick(value: number, unit: Unit): string {
  return unit === "share" ? tick.format(value) : formatShort(value, unit);
}

function formatSeconds(seconds: number): string {
  if (Math.abs(seconds) < MINUTE) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < HOUR) return join(whole, MINUTE, "min", 1, "s");
  if (whole < DAY) return join(whole, HOUR, "h", MINUTE, "min");
  return join(whole, DAY, "d", HOUR, "h");
}

/** Writes the two greatest units; the smaller one is left out where it is none. */
function join(
  seconds: number,
  greater: number,
  greaterName: string,
  smaller: number,
  smallerName: string,
): string {
  const rest = Math.floor((seconds % greater) / smaller);
  const head = `${count.format(Math.floor(seconds / greater))} ${greaterName}`;
  return rest === 0 ? head : `${head} ${rest} ${smallerName}`;
}

/** The English name of a country by its ISO 3166 alpha-2 code. */
function findCountryName(code: string): string | undefined {
  return /^[A-Z]{2}$/.test(code) ? regionNames.of(code) : undefined;
}
