/** Where a failed run's seed is given, to be drawn from again. */
const VARIABLE = "CHAOS_SEED";
const SEEDS = 2 ** 32;

/** The seed in `CHAOS_SEED`, or another one in every run. */
export function readChaosSeed(): number {
  const text = process.env[VARIABLE] ?? "";
  if (text === "") return Math.floor(Math.random() * SEEDS);
  const seed = Number(text);
  if (!Number.isInteger(seed) || seed < 0 || seed >= SEEDS)
    throw new Error(
      `${VARIABLE} is "${text}"; expected a whole number from 0 to ${SEEDS - 1}, as a run's title shows it.`,
    );
  return seed;
}
