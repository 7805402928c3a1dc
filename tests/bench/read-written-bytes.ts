import { readFile, stat } from "node:fs/promises";

const SECTOR_BYTES = 512;

/**
 * Returns the bytes that a process, and those of its children that it has seen the end of, gave to the disk less what was
 * deleted before it got there; 0 when the process has ended.
 */
export async function readWrittenBytes(pid: number): Promise<number> {
  // As dirtied pages, at the moment they become dirty: who wrote is known then, while the kernel's own threads write back.
  return parseWrittenBytes(
    await readFile(`/proc/${pid}/io`, "utf8").catch(() => ""),
  );
}

/** Reads the text of /proc/<pid>/io. */
export function parseWrittenBytes(io: string): number {
  const read = (name: string) =>
    Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(io)?.[1] ?? 0);
  return read("write_bytes") - read("cancelled_write_bytes");
}

/**
 * Returns the bytes that everybody has written to the device of a directory since the machine was started; undefined where
 * the file system has no device of its own, as an overlay or a network file system.
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

/** Reads the text of a block device's `stat`, whose seventh field is the sectors written, always of 512 bytes. */
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
