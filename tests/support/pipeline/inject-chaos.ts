import type {
  InvocationResult,
  Invoker,
} from "#compose/event-source-mapping/invoker.ts";
import { createRandomKey, Random } from "#shared/domain/random.ts";

/** What can go wrong between a mapping and its function. */
export const MISHAPS = [
  "throttled",
  "service_error",
  "error_before",
  "error_after",
  "partial_failure",
] as const;
export type Mishap = (typeof MISHAPS)[number];

interface Event {
  readonly records: Readonly<
    Record<string, readonly { readonly offset: number }[]>
  >;
}

const FUNCTION_ERROR: InvocationResult = {
  kind: "function_error",
  requestId: "chaos",
  functionError: "Unhandled",
  payload: Buffer.from('{"errorType":"Chaos","errorMessage":"on purpose"}'),
};

/** Which mishaps a function meets; plain data, so that another process can be told. */
export interface MishapPlan {
  readonly functionName: string;
  /** Of the invocations, 0 to 1. */
  readonly share: number;
  readonly seed: number;
  /** Each runner of a test draws from a stream of its own, 0 to 255. */
  readonly stream: number;
}

/** The numbers from [0, 1) of a plan, always the same ones; what meets which of them is up to the run's timing. */
export function drawMishaps({ seed, stream }: MishapPlan): () => number {
  const random = new Random().start(createRandomKey(seed), stream, 0);
  return () => random.nextUnit();
}

/**
 * Lets a share of a function's invocations meet a mishap: it never runs, it runs and its answer is lost, or it gets
 * only some of the records and the others are reported as failed. `counts` says how often.
 */
export function injectChaos(plan: MishapPlan): {
  readonly wrap: (invoker: Invoker) => Invoker;
  readonly counts: () => Readonly<Partial<Record<Mishap, number>>>;
} {
  const counts: Partial<Record<Mishap, number>> = {};
  const random = drawMishaps(plan);
  const draw = (): Mishap | undefined => {
    if (random() >= plan.share) return undefined;
    return MISHAPS[Math.floor(random() * MISHAPS.length)];
  };
  return {
    counts: () => counts,
    wrap: (invoker) => ({
      invoke: async (name, payload) => {
        const mishap = name === plan.functionName ? draw() : undefined;
        if (mishap === undefined) return invoker.invoke(name, payload);
        counts[mishap] = (counts[mishap] ?? 0) + 1;
        return EFFECTS[mishap](invoker, name, payload);
      },
    }),
  };
}

const EFFECTS: Readonly<
  Record<
    Mishap,
    (
      invoker: Invoker,
      functionName: string,
      payload: Uint8Array<ArrayBuffer>,
    ) => Promise<InvocationResult>
  >
> = {
  throttled: () => Promise.resolve({ kind: "throttled" }),
  service_error: () =>
    Promise.resolve({ kind: "service_error", message: "on purpose" }),
  error_before: () => Promise.resolve(FUNCTION_ERROR),
  error_after: async (invoker, functionName, payload) => {
    await invoker.invoke(functionName, payload);
    return FUNCTION_ERROR;
  },
  partial_failure: invokeInPart,
};

/** The first half of each partition's records reaches the function; its answer names the others as failed. */
async function invokeInPart(
  invoker: Invoker,
  functionName: string,
  payload: Uint8Array<ArrayBuffer>,
): Promise<InvocationResult> {
  const event: Event = JSON.parse(Buffer.from(payload).toString());
  const partitions = Object.entries(event.records).map(
    ([partition, records]) => ({
      partition,
      done: records.slice(0, Math.ceil(records.length / 2)),
      failed: records.slice(Math.ceil(records.length / 2)),
    }),
  );
  const part = {
    ...event,
    records: Object.fromEntries(
      partitions.map(({ partition, done }) => [partition, done]),
    ),
  };
  const result = await invoker.invoke(
    functionName,
    new TextEncoder().encode(JSON.stringify(part)),
  );
  if (result.kind !== "success") return result;
  const batchItemFailures = partitions.flatMap(({ partition, failed }) =>
    failed.map(({ offset }) => ({ itemIdentifier: { partition, offset } })),
  );
  return {
    ...result,
    payload: new TextEncoder().encode(JSON.stringify({ batchItemFailures })),
  };
}
