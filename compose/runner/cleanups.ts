/** What has to be undone, newest first; every one is tried, also after another has failed. */
export interface Cleanups {
  add(undo: () => Promise<void> | void): void;
  /** Undoes everything once, however often it is called; throws the first fault after the last one was tried. */
  run(): Promise<void>;
}

/** Returns an empty list of cleanups. */
export function createCleanups(): Cleanups {
  const undos: (() => Promise<void> | void)[] = [];
  let running: Promise<void> | undefined;
  const runAll = async (): Promise<void> => {
    const faults: unknown[] = [];
    for (const undo of undos.toReversed()) {
      try {
        await undo();
      } catch (error) {
        faults.push(error);
      }
    }
    if (faults.length > 0)
      throw faults.length === 1
        ? faults[0]
        : new AggregateError(faults, faults.map(String).join("\n"));
  };
  return {
    add: (undo) => {
      undos.push(undo);
    },
    run: () => (running ??= runAll()),
  };
}
