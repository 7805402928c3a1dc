import type { Connections } from "#compose/embedded/connection-env.ts";
import { createRandomKey, Random } from "#shared/domain/random.ts";
import { GROUPS, type RunOptions, type Scene } from "./scene.ts";
import { startRunnerProcess } from "./start-runner-process.ts";
import { untilFacts } from "./until-facts.ts";

/** No kill is planned beyond this share of the facts, so that the work is not over before the signal arrives. */
const LATEST_KILL = 0.7;

/**
 * Starts the pipeline in a process of its own and kills it at moments of its work that are drawn from a seed; returns the
 * number of facts after each kill. The work is not finished then.
 */
export async function runWithKills(
  scene: Scene,
  connections: Connections,
  options: RunOptions,
  {
    kills,
    factCount,
    seed,
  }: {
    readonly kills: number;
    readonly factCount: number;
    readonly seed: number;
  },
): Promise<number[]> {
  const { owner } = connections.databaseUrls;
  const random = new Random().start(createRandomKey(seed), 0, 0);
  const factsAtKills: number[] = [];
  let facts = 0;
  for (let kill = 1; kill <= kills; kill += 1) {
    const runner = startRunnerProcess(scene.settingsFor(connections, options));
    const room =
      Math.max(0, factCount * LATEST_KILL - facts) / (kills - kill + 1);
    await untilFacts(owner, facts + 1 + Math.floor(random.nextUnit() * room));
    await runner.kill();
    facts = await untilFacts(owner, 0);
    factsAtKills.push(facts);
    for (const group of Object.values(GROUPS))
      await scene.topics.expelMembers(group);
  }
  return factsAtKills;
}
