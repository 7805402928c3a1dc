/** Reads `1%` or `0.01` as a share between 0 and 1; `undefined` for other text. */
export function parseShare(text: string): number | undefined {
  const [, number, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  const share = percent === "%" ? Number(number) / 100 : Number(number);
  return share <= 1 ? share : undefined;
}
