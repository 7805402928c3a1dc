import { InvalidArgumentError } from "commander";

const MB = 1024 * 1024;
const UNITS: Readonly<Record<string, number>> = { m: MB, g: 1024 * MB };
/** Node, the Java machine and Postgres's buffers do not start in less. */
const LEAST_BYTES = 512 * MB;

/** Reads `512m` or `2g` as bytes, a mebibyte or gibibyte each; throws an InvalidArgumentError. */
export function parseMemorySize(text: string): number {
  const [, digits = "", unit = ""] =
    /^(\d+(?:\.\d+)?)([mg])$/i.exec(text) ?? [];
  const bytes = Number(digits) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  if (!(bytes >= LEAST_BYTES && Number.isFinite(bytes)))
    throw new InvalidArgumentError(
      "Expected a size such as 1536m or 2g, at least 512m.",
    );
  return Math.round(bytes);
}
