const DAYS_PER_ERA = 146_097;
/** From 0000-03-01, where an era of 400 years begins, to 1970-01-01. */
const DAYS_TO_EPOCH = 719_468;

/**
 * Days from 1970-01-01 to a date of the proleptic Gregorian calendar; months 1..12, years from 0.
 * Years are counted from March, so that the leap day is the last of its year and needs no case of its own.
 */
export function daysFromCivil(
  year: number,
  month: number,
  day: number,
): number {
  const shiftedYear = month > 2 ? year : year - 1;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const monthFromMarch = month > 2 ? month - 3 : month + 9;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - DAYS_TO_EPOCH;
}

/** The date that lies `days` after 1970-01-01, the inverse of `daysFromCivil`. */
export function civilFromDays(days: number): {
  year: number;
  month: number;
  day: number;
} {
  const shiftedDays = days + DAYS_TO_EPOCH;
  const era = Math.floor(shiftedDays / DAYS_PER_ERA);
  const dayOfEra = shiftedDays - era * DAYS_PER_ERA;
  const leapDays =
    Math.floor(dayOfEra / 1460) -
    Math.floor(dayOfEra / 36_524) +
    Math.floor(dayOfEra / (DAYS_PER_ERA - 1));
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear =
    dayOfEra -
    (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** Days of a month, 1..12; 0 for a month that does not exist. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2)
    return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  if (month === 4 || month === 6 || month === 9 || month === 11) return 30;
  return month >= 1 && month <= 12 ? 31 : 0;
}
