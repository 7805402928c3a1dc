import { InvalidArgumentError, Option } from "commander";

import { parseDuration } from "#shared/domain/duration.ts";
import { parseShare as readShare } from "#shared/domain/share.ts";
import { parseTimestamp } from "#shared/domain/timestamp.ts";

/** Reads `1%` or `0.01` as a share between 0 and 1. */
export function parseShare(text: string): number {
  const share = readShare(text);
  if (share === undefined)
    throw new InvalidArgumentError(
      "Expected a share such as 1% or 0.01, at most 100%.",
    );
  return share;
}

/** Reads `20/s` or `20` as a number a second. */
export function parseRate(text: string): number {
  const rate = Number(/^(\d+(?:\.\d+)?)(?:\/s)?$/.exec(text)?.[1]);
  if (!(rate > 0 && rate <= 100_000))
    throw new InvalidArgumentError(
      "Expected a rate such as 20/s, at most 100000/s.",
    );
  return rate;
}

/** Reads a whole number from 1 up; `_` or `,` may group the digits. */
export function parseCount(text: string): number {
  const count = Number(
    /^[\d_,]+$/.test(text) ? text.replaceAll(/[_,]/g, "") : Number.NaN,
  );
  if (!(count >= 1 && count <= 1_000_000_000))
    throw new InvalidArgumentError(
      "Expected a whole number from 1 to 1000000000.",
    );
  return count;
}

/** Reads a seed, a whole number from 0 to 4294967295. */
export function parseSeed(text: string): number {
  const seed = Number(/^\d+$/.test(text) ? text : Number.NaN);
  if (!(seed < 2 ** 32))
    throw new InvalidArgumentError(
      "Expected a whole number from 0 to 4294967295.",
    );
  return seed;
}

/** Reads an offset or the number of a partition, a whole number from 0 up. */
export function parseOffset(text: string): number {
  const offset = Number(/^\d+$/.test(text) ? text : Number.NaN);
  if (!Number.isSafeInteger(offset))
    throw new InvalidArgumentError("Expected a whole number from 0 up.");
  return offset;
}

/** Reads an RFC 3339 time and returns it in UTC. */
export function parseMoment(text: string): string {
  const micros = parseTimestamp(text);
  if (micros === undefined || micros < 0)
    throw new InvalidArgumentError(
      "Expected a time such as 2026-01-31T12:00:00Z, 1970 or later.",
    );
  return new Date(Math.floor(micros / 1000)).toISOString();
}

/** Reads `host:port`, an IPv6 address in brackets. */
export function parseHostPort(text: string): string {
  const port = Number(
    /^(?:[\w.-]+|\[[\da-f:.]+\]):(\d{1,5})$/i.exec(text)?.[1],
  );
  if (!(port >= 1 && port <= 65_535))
    throw new InvalidArgumentError(
      "Expected host:port, such as postgres:5432 or [::1]:5432.",
    );
  return text;
}

/** Returns an option that takes a duration and gives milliseconds; the default is written as people write it. */
export function durationOption(
  flags: string,
  description: string,
  defaultText: string,
): Option {
  return new Option(flags, description)
    .argParser(parseTimeout)
    .default(parseTimeout(defaultText), defaultText);
}

function parseTimeout(text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs === undefined || durationMs <= 0)
    throw new InvalidArgumentError(
      "Expected a duration such as 30s, 10m or 1h.",
    );
  return durationMs;
}
