import type { Mishap, MishapPlan } from "./inject-chaos.ts";
import type { PipelineSettings } from "./start-pipeline.ts";

/** What a pipeline in another process is started with. */
export interface RunnerSettings extends PipelineSettings {
  /** Mishaps between its mappings and a function; with them it tells of its work, and its invocations can be held. */
  readonly mishaps?: MishapPlan;
}

/** How a pipeline in another process stands with `stream-events`. */
export interface RunnerWork {
  /** Invocations in flight that never will be answered. */
  readonly heldCount: number;
  readonly answeredCount: number;
  /** Records of its partitions that no commit covers. */
  readonly lag: number;
  readonly mishaps: Readonly<Partial<Record<Mishap, number>>>;
}
