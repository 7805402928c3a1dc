import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { PipelineError } from "#shared/errors.ts";
import type { WaitSampler } from "./sample-waits.ts";
import type { SamplerStart } from "./sampler-process.ts";
import type { WaitSample } from "./wait-sample.ts";

/** Begins to sample the waits in a database from another process; throws `wait_sampler_failed` (internal) where that ended. */
export async function forkWaitSampler(
  databaseUrl: string,
): Promise<WaitSampler> {
  const child = fork(
    fileURLToPath(new URL("sampler-process.ts", import.meta.url)),
  );
  const ended = once(child, "exit").then((): never => {
    throw new PipelineError(
      "The waits could not be sampled: the sampler's process has ended; the reason is above. The role must have pg_monitor.",
      { code: "wait_sampler_failed", domain: "internal" },
    );
  });
  // Heard of by whoever waits for an answer.
  ended.catch(() => undefined);
  const send = async <Answer>(message: SamplerStart | "stop") => {
    const answered = once(child, "message");
    child.send(message);
    const [answer]: Answer[] = await Promise.race([answered, ended]);
    return answer;
  };
  await send<"started">({ databaseUrl });
  return {
    stop: async () => (await send<readonly WaitSample[]>("stop")) ?? [],
  };
}
