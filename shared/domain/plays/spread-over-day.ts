const MICROS_PER_MINUTE = 60_000_000;
const MINUTES_PER_DAY = 1440;
const MICROS_PER_DAY = MINUTES_PER_DAY * MICROS_PER_MINUTE;

/** Listening over the hours of the day in UTC: a quiet night, a peak at midday, a higher one in the evening. */
const QUIET = 0.25;
const PEAKS = [
  { hour: 13, height: 0.8, sharpness: 2 },
  { hour: 20, height: 1.2, sharpness: 5 },
];

/** Weight of each minute, and the weights of all minutes before it. */
const weights = Float64Array.from({ length: MINUTES_PER_DAY }, (_, minute) =>
  weighHour((minute + 0.5) / 60),
);
const weightsBefore = new Float64Array(MINUTES_PER_DAY + 1);
for (const [minute, weight] of weights.entries()) {
  weightsBefore[minute + 1] = (weightsBefore[minute] ?? 0) + weight;
}
const weightOfDay = weightsBefore[MINUTES_PER_DAY] ?? 0;

/** Relative listening at an hour of the day, 0 to 24, a smooth curve that closes at midnight. */
export function weighHour(hour: number): number {
  let weight = QUIET;
  for (const { hour: peakHour, height, sharpness } of PEAKS) {
    weight +=
      height *
      Math.exp(sharpness * (Math.cos(((hour - peakHour) / 12) * Math.PI) - 1));
  }
  return weight;
}

/**
 * Places in [from, to), microseconds since the epoch: a share of the plays, 0 to below 1, becomes the moment before
 * which that share of the range's listening happens. The moment never falls as the share grows.
 */
export function spreadOverDay(
  fromMicros: number,
  toMicros: number,
): (share: number) => number {
  // Counted from the first day's midnight: the sums stay small and keep their digits.
  const origin = Math.floor(fromMicros / MICROS_PER_DAY) * MICROS_PER_DAY;
  const first = sumWeightsUntil(fromMicros - origin);
  const total = sumWeightsUntil(toMicros - origin) - first;
  return (share) => {
    const micros = origin + findMicros(first + share * total);
    return Math.min(Math.max(micros, fromMicros), toMicros - 1);
  };
}

function sumWeightsUntil(micros: number): number {
  const days = Math.floor(micros / MICROS_PER_DAY);
  const minutes = (micros - days * MICROS_PER_DAY) / MICROS_PER_MINUTE;
  const minute = Math.floor(minutes);
  return (
    days * weightOfDay +
    (weightsBefore[minute] ?? 0) +
    (minutes - minute) * (weights[minute] ?? 0)
  );
}

/** The inverse of `sumWeightsUntil`, rounded down. */
function findMicros(sum: number): number {
  const days = Math.floor(sum / weightOfDay);
  const rest = sum - days * weightOfDay;
  let low = 0;
  let high = MINUTES_PER_DAY - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((weightsBefore[middle] ?? 0) <= rest) low = middle;
    else high = middle - 1;
  }
  const share = (rest - (weightsBefore[low] ?? 0)) / (weights[low] ?? 1);
  // Bounded, so that rounding cannot put a moment before one of an earlier minute.
  const micros = Math.min(
    Math.floor(share * MICROS_PER_MINUTE),
    MICROS_PER_MINUTE - 1,
  );
  return days * MICROS_PER_DAY + low * MICROS_PER_MINUTE + micros;
}
