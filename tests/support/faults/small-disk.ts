import { execFile } from "node:child_process";
import { mkdir, open, readFile, rename, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A file system in memory that is full soon. */
export interface SmallDisk {
  /** Takes all the space that is left, and returns how many bytes that were. */
  fill(): Promise<number>;
  /** Gives back what `fill` took. */
  free(): Promise<void>;
  /** What is left on it. */
  countFreeBytes(): Promise<number>;
  /** Makes it larger, whatever is on it. */
  grow(sizeMb: number): Promise<void>;
  /** Nobody may use it any more. */
  unmount(): Promise<void>;
}

const CHUNK = Buffer.alloc(64 * 1024);
/** Below it lies what a server has put there. */
const BALLAST = ".ballast";

/** Mounts a file system at a directory, which is made; whoever runs this is root or may become it. */
export async function mountSmallDisk(
  directory: string,
  sizeMb: number,
): Promise<SmallDisk> {
  await mkdir(directory, { recursive: true });
  await runAsRoot(
    "mount",
    "-t",
    "tmpfs",
    "-o",
    `size=${sizeMb}m`,
    "tmpfs",
    directory,
  );
  const ballast = join(directory, BALLAST);
  return {
    fill: () => writeUntilFull(ballast),
    free: () => rm(ballast),
    countFreeBytes: async () => {
      const { bavail, bsize } = await statfs(directory);
      return bavail * bsize;
    },
    grow: (size) =>
      runAsRoot("mount", "-o", `remount,size=${size}m`, directory),
    unmount: () => runAsRoot("umount", directory),
  };
}

/** Puts a directory, whose owner is stopped, with all that is in it onto such a file system. */
export async function moveToSmallDisk(
  directory: string,
  sizeMb: number,
): Promise<SmallDisk> {
  const aside = `${directory}.aside`;
  await rename(directory, aside);
  const disk = await mountSmallDisk(directory, sizeMb);
  try {
    // Keeps holes, owners and times.
    await runAsRoot("cp", "-a", `${aside}/.`, directory);
    await rm(aside, { recursive: true });
    return disk;
  } catch (error) {
    await disk.unmount();
    throw error;
  }
}

/** Unmounts what a killed run has left mounted below a directory. */
export async function unmountBelow(directory: string): Promise<void> {
  // Linux alone has this list, and nothing is mounted anywhere else.
  const mounts = await readFile("/proc/self/mounts", "utf8").catch(() => "");
  const below = mounts
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) => path.startsWith(`${directory}/`));
  for (const path of below) await runAsRoot("umount", path);
}

async function writeUntilFull(path: string): Promise<number> {
  const file = await open(path, "a");
  let written = 0;
  try {
    for (;;) written += (await file.write(CHUNK)).bytesWritten;
  } catch (error) {
    const isFull =
      error instanceof Error && "code" in error && error.code === "ENOSPC";
    if (!isFull) throw error;
    return written;
  } finally {
    await file.close();
  }
}

async function runAsRoot(...command: readonly string[]): Promise<void> {
  const [program = "", ...args] =
    process.getuid?.() === 0 ? command : ["sudo", "-n", ...command];
  await run(program, args);
}
