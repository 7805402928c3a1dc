import { civilFromDays, daysFromCivil, daysInMonth } from "./civil-date.ts";

const MICROS_PER_SECOND = 1_000_000;
const SECONDS_PER_DAY = 86_400;
const FIRST_SECOND = daysFromCivil(1, 1, 1) * SECONDS_PER_DAY;
const END_SECOND = daysFromCivil(10_000, 1, 1) * SECONDS_PER_DAY;
/** Seconds whose every microsecond a double holds exactly: from the year 1684 to the year 2255. */
const EXACT_SECONDS =
  Math.floor(Number.MAX_SAFE_INTEGER / MICROS_PER_SECOND) - 1;

/** The first and the last microsecond that `formatTimestamp` writes (the last one is that of a whole second). */
export const TIMESTAMP_RANGE_MICROS = {
  first: FIRST_SECOND * MICROS_PER_SECOND,
  last: (END_SECOND - 1) * MICROS_PER_SECOND,
} as const;

/**
 * Reads an RFC 3339 timestamp as integer microseconds since the epoch; further digits are truncated.
 *
 * No zone means UTC; a space for `T`, lower-case `t` and `z`, and offsets up to ±23:59 are taken. `undefined`
 * for anything else: dates that do not exist, second 60, instants outside the years 0001 to 9999 in UTC.
 * Before 1684 and after 2255 microseconds pass 2^53: there the fraction is dropped, so that the result is
 * always the exact number of a moment and can never round up into the next window.
 */
export function parseTimestamp(text: string): number | undefined {
  const length = text.length;
  if (length < 19) return undefined;
  const year = readDigits(text, 0, 4);
  const month = readDigits(text, 5, 2);
  const day = readDigits(text, 8, 2);
  const hour = readDigits(text, 11, 2);
  const minute = readDigits(text, 14, 2);
  const second = readDigits(text, 17, 2);
  // readDigits answers NaN where there is no digit, and no comparison with NaN holds.
  if (!(year >= 1 && day >= 1 && day <= daysInMonth(year, month)))
    return undefined;
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  if (!hasSeparators(text)) return undefined;

  let position = 19;
  let micros = 0;
  if (position < length && text.charCodeAt(position) === 0x2e /* . */) {
    const firstDigit = ++position;
    let weight = 100_000;
    for (; position < length; position++) {
      const digit = text.charCodeAt(position) - 0x30;
      if (digit < 0 || digit > 9) break;
      micros += digit * weight;
      weight = weight === 1 ? 0 : weight / 10;
    }
    if (position === firstDigit) return undefined;
  }

  const offsetMinutes = readOffsetMinutes(text, position);
  const seconds =
    daysFromCivil(year, month, day) * SECONDS_PER_DAY +
    hour * 3600 +
    (minute - offsetMinutes) * 60 +
    second;
  if (!(seconds >= FIRST_SECOND && seconds < END_SECOND)) return undefined;
  if (seconds < -EXACT_SECONDS || seconds > EXACT_SECONDS)
    return seconds * MICROS_PER_SECOND;
  return seconds * MICROS_PER_SECOND + micros;
}

/**
 * Writes microseconds since the epoch as RFC 3339 in UTC with six digits, e.g. `2026-01-31T23:59:59.000001Z`.
 *
 * @throws RangeError for a number that is not a whole microsecond of the years 0001 to 9999
 */
export function formatTimestamp(timestampMicros: number): string {
  const seconds = Math.floor(timestampMicros / MICROS_PER_SECOND);
  if (
    !Number.isInteger(timestampMicros) ||
    seconds < FIRST_SECOND ||
    seconds >= END_SECOND
  ) {
    throw new RangeError(
      `${timestampMicros} is not a moment; expected whole microseconds since the epoch within the years 0001 to 9999`,
    );
  }
  const micros = timestampMicros - seconds * MICROS_PER_SECOND;
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const secondOfDay = seconds - days * SECONDS_PER_DAY;
  const hour = Math.floor(secondOfDay / 3600);
  const minute = Math.floor(secondOfDay / 60) - hour * 60;
  const fraction = String(micros + MICROS_PER_SECOND).slice(1);
  return `${formatDay(days)}T${pad2(hour)}:${pad2(minute)}:${pad2(secondOfDay % 60)}.${fraction}Z`;
}

// Plays come in the order of time, so that one day is asked for again and again.
let lastDay = 0;
let lastDayText = "1970-01-01";

function formatDay(days: number): string {
  if (days !== lastDay) {
    const { year, month, day } = civilFromDays(days);
    lastDayText = `${String(year).padStart(4, "0")}-${pad2(month)}-${pad2(day)}`;
    lastDay = days;
  }
  return lastDayText;
}

function pad2(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

function hasSeparators(text: string): boolean {
  const middle = text.charCodeAt(10);
  return (
    text.charCodeAt(4) === 0x2d /* - */ &&
    text.charCodeAt(7) === 0x2d &&
    (middle === 0x54 /* T */ ||
      middle === 0x74 /* t */ ||
      middle === 0x20) /* space */ &&
    text.charCodeAt(13) === 0x3a /* : */ &&
    text.charCodeAt(16) === 0x3a
  );
}

/** Digits as a number, NaN where one of them is missing or is no digit. */
function readDigits(text: string, start: number, count: number): number {
  let number = 0;
  for (let position = start; position < start + count; position++) {
    const digit = text.charCodeAt(position) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

/** Minutes east of UTC of the zone that fills the rest of the text, NaN when something else does. */
function readOffsetMinutes(text: string, position: number): number {
  const rest = text.length - position;
  if (rest === 0) return 0;
  const sign = text.charCodeAt(position);
  if (rest === 1)
    return sign === 0x5a /* Z */ || sign === 0x7a /* z */ ? 0 : Number.NaN;
  if (rest !== 6 || text.charCodeAt(position + 3) !== 0x3a /* : */)
    return Number.NaN;
  const hours = readDigits(text, position + 1, 2);
  const minutes = readDigits(text, position + 4, 2);
  if (!(hours <= 23 && minutes <= 59)) return Number.NaN;
  if (sign === 0x2b /* + */) return hours * 60 + minutes;
  return sign === 0x2d /* - */ ? -(hours * 60 + minutes) : Number.NaN;
}
