import type {
  InvocationResult,
  Invoker,
} from "#compose/event-source-mapping/invoker.ts";

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

/**
 * Lets `share` of a function's invocations meet a mishap, drawn by `random` from [0, 1): it never runs, it runs and its
 * answer is lost, or it gets only some of the records and the others are reported as failed. `count` says how often.
 */
export function injectChaos(
  functionName: string,
  { share, random }: { readonly share: number; readonly random: () => number },
): {
  readonly wrap: (invoker: Invoker) => Invoker;
  readonly count: (mishap: Mishap) => number;
} {
  const counts = new Map<Mishap, number>();
  const draw = (): Mishap | undefined => {
    if (random() >= share) return undefined;
    return MISHAPS[Math.floor(random() * MISHAPS.length)];
  };
  return {
    count: (mishap) => counts.get(mishap) ?? 0,
    wrap: (invoker) => ({
      invoke: async (name, payload) => {
        const mishap = name === functionName ? draw() : undefined;
        if (mishap === undefined) return invoker.invoke(name, payload);
        counts.set(mishap, (counts.get(mishap) ?? 0) + 1);
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
