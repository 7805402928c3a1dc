import { writeLine } from "#compose/cli/write-line.ts";
import { takeRatio, type CaseResult } from "./judge-cases.ts";
import { measureClosing, type ClosingSeconds } from "./measure-closing.ts";
import { measureRate } from "./measure-rate.ts";
import type { CaseName, ClosingCase, GrowthCase } from "./rate-cases.ts";

/** The small window has a tenth of the plays. */
const GROWTH = 10;
const MILLION = 1_000_000;

/** Measures a case, its base first; throws what `measureRate` and `measureClosing` throw. */
export async function measureCase(
  name: CaseName,
  growthCase: GrowthCase,
): Promise<CaseResult> {
  const { floor } = growthCase;
  if (growthCase.kind === "closing")
    return { name, unit: "ratio", floor, ...(await close(growthCase)) };
  if (growthCase.kind === "absolute") {
    const rate = await measureRate(growthCase.plan);
    return {
      name,
      unit: "plays/s",
      value: rate.plays_per_second,
      floor,
      measured: rate.plays_per_second,
      base: null,
      details: { rate },
    };
  }
  writeLine(`${name}: the base`);
  const base = await measureRate(growthCase.base);
  writeLine(`${name}: what is compared with it`);
  const rate = await measureRate(growthCase.plan);
  return {
    name,
    unit: "ratio",
    value: takeRatio(rate.plays_per_second, base.plays_per_second),
    floor,
    measured: rate.plays_per_second,
    base: base.plays_per_second,
    details: { base, rate },
  };
}

/** The size of window whose time a play grows more decides. */
async function close({
  plays,
}: ClosingCase): Promise<
  Pick<CaseResult, "value" | "measured" | "base" | "details">
> {
  const smallPlays = Math.max(1, Math.round(plays / GROWTH));
  const small = await measureClosing(smallPlays);
  const large = await measureClosing(plays);
  const base = perMillion(small, smallPlays);
  const measured = perMillion(large, plays);
  const ratios = {
    minutes: takeRatio(base.minutes, measured.minutes),
    hourly: takeRatio(base.hourly, measured.hourly),
  };
  const worst = ratios.minutes < ratios.hourly ? "minutes" : "hourly";
  return {
    value: ratios[worst],
    measured: round(measured[worst]),
    base: round(base[worst]),
    details: {
      plays: [smallPlays, plays],
      seconds: [small, large],
      ratios,
    },
  };
}

const perMillion = (
  { minutes, hourly }: ClosingSeconds,
  count: number,
): ClosingSeconds => ({
  minutes: (minutes / count) * MILLION,
  hourly: (hourly / count) * MILLION,
});

const round = (number: number): number => Math.round(number * 1000) / 1000;
