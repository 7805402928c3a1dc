const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))?$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

/** Days from 0001-01-01 to 1970-01-01 in the proleptic Gregorian calendar. */
const EPOCH_DAY = 719_162;
const DAYS_BEFORE_MONTH = [
  0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334,
];
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isLeapYear = (year: number): boolean =>
  year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** Days since the epoch, or undefined where the calendar has no such date (years 0001 to 9999). */
function countDays(
  yearText = "",
  monthText = "",
  dayText = "",
): number | undefined {
  const year = Number(yearText);
  const month = Number(monthText);
  const day = Number(dayText);
  const daysBeforeMonth = DAYS_BEFORE_MONTH[month - 1];
  const daysInMonth = DAYS_IN_MONTH[month - 1];
  if (
    year === 0 ||
    daysBeforeMonth === undefined ||
    daysInMonth === undefined
  ) {
    return undefined;
  }
  const isLeap = isLeapYear(year);
  if (day < 1 || day > (month === 2 && isLeap ? 29 : daysInMonth)) {
    return undefined;
  }
  const past = year - 1;
  const leapDays =
    Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  const leapDay = month > 2 && isLeap ? 1 : 0;
  return (
    365 * past + leapDays + daysBeforeMonth + leapDay + (day - 1) - EPOCH_DAY
  );
}

/** Whether the text is a calendar date `YYYY-MM-DD` that exists. */
export function isCalendarDate(text: string): boolean {
  const match = DATE.exec(text);
  return (
    match !== null && countDays(match[1], match[2], match[3]) !== undefined
  );
}

/**
 * Reads an RFC 3339 time as microseconds since the epoch, further digits cut off; undefined where it is none.
 * A space for the T, a lower-case t or z and a missing zone (UTC) are tolerated (design.md, 2); a second 60 is not.
 */
export function parseTimestamp(text: string): bigint | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) {
    return undefined;
  }
  const [, year, month, day, hourText, minuteText, secondText, fraction = ""] =
    match;
  const days = countDays(year, month, day);
  const hour = Number(hourText);
  const minute = Number(minuteText);
  const second = Number(secondText);
  const sign = match[9] === "-" ? -1 : 1;
  const offsetHour = Number(match[10] ?? 0);
  const offsetMinute = Number(match[11] ?? 0);
  if (days === undefined || hour > 23 || minute > 59 || second > 59) {
    return undefined;
  }
  if (offsetHour > 23 || offsetMinute > 59) {
    return undefined;
  }
  const offsetSeconds = sign * (offsetHour * 3600 + offsetMinute * 60);
  const seconds =
    days * 86_400 + hour * 3600 + minute * 60 + second - offsetSeconds;
  // The fraction always counts forward, so cutting its digits rounds toward the past, before 1970 too.
  const microseconds = Number(fraction.slice(0, 6).padEnd(6, "0"));
  return BigInt(seconds) * 1_000_000n + BigInt(microseconds);
}
