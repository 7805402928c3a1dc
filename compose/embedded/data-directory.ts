import { chmod, mkdir } from "node:fs/promises";

/**
 * Makes the data directory, closed to everybody else (mode 700). As root it is 711: the unprivileged user that
 * Postgres then runs as must pass through, and still cannot list it or read a file of ours.
 */
export async function ensureDataDirectory(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await chmod(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700);
}
