import type { Invoker } from "#compose/event-source-mapping/invoker.ts";

interface Event {
  readonly records: Readonly<Record<string, unknown>>;
}

/** Sees which pollers have an invocation of a function in flight, and with which partitions. */
export function watchOwners(watchedFunction: string): {
  /** Lets an owner's invocations through; each owner has an invoker of its own. */
  readonly wrap: (owner: string) => (invoker: Invoker) => Invoker;
  /** Invocations that began while another owner had one in flight with the same partition. */
  readonly overlapCount: () => number;
  /** Partitions with which an invocation is in flight, of all owners. */
  readonly inFlightCount: () => number;
} {
  const inFlight = new Map<string, Set<string>>();
  let overlaps = 0;
  const listOthers = (owner: string) =>
    [...inFlight].flatMap(([other, names]) =>
      other === owner ? [] : [...names],
    );
  return {
    overlapCount: () => overlaps,
    inFlightCount: () =>
      [...inFlight.values()].reduce((sum, names) => sum + names.size, 0),
    wrap: (owner) => (invoker) => ({
      invoke: async (functionName, payload) => {
        if (functionName !== watchedFunction)
          return invoker.invoke(functionName, payload);
        const event: Event = JSON.parse(Buffer.from(payload).toString());
        const names = Object.keys(event.records);
        const others = listOthers(owner);
        if (names.some((name) => others.includes(name))) overlaps += 1;
        const own = inFlight.get(owner) ?? new Set();
        inFlight.set(owner, own);
        for (const name of names) own.add(name);
        try {
          return await invoker.invoke(functionName, payload);
        } finally {
          for (const name of names) own.delete(name);
        }
      },
    }),
  };
}
