import { readdir, readFile } from "node:fs/promises";
import { setInterval } from "node:timers/promises";

const INTERVAL_MS = 100;

/** What everybody can see of the processes of this machine: their command lines. */
export async function listCommandLines(): Promise<string[]> {
  const found = await listProcesses();
  return found.map(({ commandLine }) => commandLine);
}

/** The processes whose variables hold a text, such as the name of their folder. */
export async function findProcessesWith(text: string): Promise<number[]> {
  const found = await listProcesses();
  const matching = await Promise.all(
    found.map(async ({ pid }) =>
      (await readProcess(pid, "environ")).includes(text) ? [pid] : [],
    ),
  );
  return matching.flat().filter((pid) => pid !== process.pid);
}

/** Collects every command line that there is while the work runs. */
export async function watchCommandLines<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly commandLines: string[] }> {
  const seen = new Set<string>();
  const ended = new AbortController();
  const watching = (async () => {
    try {
      for await (const _ of setInterval(INTERVAL_MS, undefined, {
        signal: ended.signal,
      }))
        for (const line of await listCommandLines()) seen.add(line);
    } catch (error) {
      if (!ended.signal.aborted) throw error;
    }
  })();
  try {
    const result = await work();
    return { result, commandLines: [...seen] };
  } finally {
    ended.abort();
    await watching;
  }
}

async function listProcesses() {
  const pids = (await readdir("/proc")).map(Number).filter(Number.isInteger);
  return Promise.all(
    pids.map(async (pid) => ({
      pid,
      commandLine: (await readProcess(pid, "cmdline"))
        .replaceAll("\0", " ")
        .trim(),
    })),
  );
}

/** Empty for a process that is gone meanwhile. */
function readProcess(pid: number, file: string): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
}
