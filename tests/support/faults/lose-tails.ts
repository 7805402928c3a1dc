import { readdir, stat, truncate } from "node:fs/promises";
import { join } from "node:path";

/**
 * Remembers how long the logs of these topics are; what is returned cuts them back to that, as a power cut does with
 * what was not on the disk yet. Kafka must have been killed by then, and have written one segment per partition so far.
 */
export async function rememberLogs(
  recordsDir: string,
  topics: readonly string[],
): Promise<() => Promise<number>> {
  const lengths = new Map<string, number>();
  for (const file of await listLogs(recordsDir, topics))
    lengths.set(file, (await stat(file)).size);
  return async () => {
    let lostBytes = 0;
    for (const [file, length] of lengths) {
      lostBytes += (await stat(file)).size - length;
      await truncate(file, length);
    }
    return lostBytes;
  };
}

async function listLogs(
  recordsDir: string,
  topics: readonly string[],
): Promise<string[]> {
  const folders = (await readdir(recordsDir)).filter((name) =>
    topics.includes(name.replace(/-\d+$/, "")),
  );
  const files = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(recordsDir, folder)))
        .filter((name) => name.endsWith(".log"))
        .map((name) => join(recordsDir, folder, name)),
    ),
  );
  return files.flat();
}
