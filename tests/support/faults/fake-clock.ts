import { chmod, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ensureFakeTime } from "./ensure-fake-time.ts";

/** A clock of processes that a test puts while they run. */
export interface FakeClock {
  /** Environment of a process that is to go by this clock. */
  readonly environment: Readonly<Record<string, string>>;
  /** Puts the clock so many days off the machine's, for everybody at once. */
  set(days: number): Promise<void>;
  remove(): Promise<void>;
}

/** Makes a clock that shows the machine's time until it is put. How long something takes is not changed by it. */
export async function createFakeClock(): Promise<FakeClock> {
  const library = await ensureFakeTime();
  const folder = await mkdtemp(join(tmpdir(), "fake-clock-"));
  // Postgres runs as another user.
  await chmod(folder, 0o755);
  const file = join(folder, "offset");
  const set = async (days: number) => {
    // Nobody may find the file half written.
    const part = `${file}.part`;
    await writeFile(part, `${days < 0 ? "" : "+"}${days}d\n`, { mode: 0o644 });
    await rename(part, file);
  };
  await set(0);
  return {
    environment: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    },
    set,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
