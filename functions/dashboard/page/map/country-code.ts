// "999" and others that stand for no country.
const UNKNOWN = "ZZ";

/**
 * The ISO 3166 alpha-2 code of a numeric one ("840" is US), or undefined when there is none. Unicode's locale data, which
 * every browser has, know both: a list of our own would be one more to keep.
 */
export function toAlpha2(numericCode: string): string | undefined {
  if (!/^\d{3}$/.test(numericCode)) return undefined;
  const { region } = new Intl.Locale(`und-${numericCode}`);
  return region === undefined || region === UNKNOWN || region === numericCode
    ? undefined
    : region;
}
