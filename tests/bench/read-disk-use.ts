import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

// That of a block in `stat` and of a sector in a device's statistics, whatever the disk's own are.
const SECTOR_BYTES = 512;

/** Returns the bytes that the files below a directory take on the disk; holes in them take none. */
export async function readAllocatedBytes(directory: string): Promise<number> {
  const entries = await readdir(directory, {
    recursive: true,
    withFileTypes: true,
  });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) =>
        stat(join(parentPath, name)).then(
          ({ blocks }) => blocks * SECTOR_BYTES,
          // Removed since it was listed.
          () => 0,
        ),
      ),
  );
  return sizes.reduce((total, size) => total + size, 0);
}

/**
 * Returns the bytes that everybody has written to the device of a directory since the machine was started; undefined where
 * the file system has no device of its own, as an overlay or a network file system, and where the system is not Linux.
 */
export async function readDeviceBytes(
  directory: string,
): Promise<number | undefined> {
  const { dev } = await stat(directory);
  const { major, minor } = splitDevice(dev);
  const statistics = await readFile(
    `/sys/dev/block/${major}:${minor}/stat`,
    "utf8",
  ).catch(() => undefined);
  return statistics === undefined
    ? undefined
    : parseDeviceStatistics(statistics);
}

/** Reads the text of a block device's `stat`, whose seventh field is the sectors written. */
export function parseDeviceStatistics(statistics: string): number {
  return Number(statistics.trim().split(/\s+/)[6]) * SECTOR_BYTES;
}

/** Splits the number that Linux's `stat` gives a device: 12 bits of the major number lie within those of the minor one. */
export function splitDevice(device: number): {
  readonly major: number;
  readonly minor: number;
} {
  return {
    major: (device >>> 8) & 0xfff,
    minor: (device & 0xff) | ((device >>> 12) & 0xfff00),
  };
}
