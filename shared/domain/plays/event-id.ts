const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);

/**
 * A UUIDv7: 48 bits of milliseconds since the epoch, then the 64 bits of two words. Different words make different
 * ids in the same millisecond; neighbours in time are neighbours in the index of `event_id`.
 */
export function formatEventId(
  timestampMs: number,
  high: number,
  low: number,
): string {
  const timeHigh = Math.floor(timestampMs / 2 ** 16);
  const timeLow = timestampMs - timeHigh * 2 ** 16;
  // 12 bits beside the version, 20 + 32 beside the variant; the 10 bits left over repeat some of the low word's.
  return (
    hexOfWord(timeHigh) +
    "-" +
    hexOfHalf(timeLow) +
    "-" +
    hexOfHalf(0x7000 | (high >>> 20)) +
    "-" +
    hexOfHalf(0x8000 | ((low & 0x3ff) << 4) | ((high >>> 16) & 0xf)) +
    "-" +
    hexOfHalf(high & 0xffff) +
    hexOfWord(low)
  );
}

function hexOfHalf(half: number): string {
  return (HEX_OF_BYTE[half >>> 8] ?? "") + (HEX_OF_BYTE[half & 0xff] ?? "");
}

function hexOfWord(word: number): string {
  return hexOfHalf(word >>> 16) + hexOfHalf(word & 0xffff);
}
