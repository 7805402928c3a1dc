/** Returns the value of a key, made anew when it is too old; failures are not kept. */
export type Cache<Value> = (
  key: string,
  make: () => Promise<Value>,
) => Promise<Value>;

export interface CacheOptions {
  /** Counted from when a value began to be made. */
  readonly lifetimeMs: number;
  /** Entries at most; the oldest goes first. */
  readonly limit: number;
  readonly now: () => number;
}

interface Entry<Value> {
  readonly value: Promise<Value>;
  readonly startedAtMs: number;
  isMade: boolean;
}

/** A cache whose callers share a value while it is made, however long that takes. */
export function createCache<Value>({
  lifetimeMs,
  limit,
  now,
}: CacheOptions): Cache<Value> {
  const entries = new Map<string, Entry<Value>>();

  const make = (key: string, maker: () => Promise<Value>): Promise<Value> => {
    const entry: Entry<Value> = {
      value: maker(),
      startedAtMs: now(),
      isMade: false,
    };
    entries.delete(key);
    entries.set(key, entry);
    const [oldest] = entries.keys();
    if (entries.size > limit && oldest !== undefined) entries.delete(oldest);
    const settle = async (): Promise<void> => {
      try {
        await entry.value;
        entry.isMade = true;
      } catch {
        // Told to whoever waits for it.
        if (entries.get(key) === entry) entries.delete(key);
      }
    };
    void settle();
    return entry.value;
  };

  return (key, maker) => {
    const entry = entries.get(key);
    const isFresh =
      entry !== undefined &&
      (!entry.isMade || now() - entry.startedAtMs < lifetimeMs);
    return isFresh ? entry.value : make(key, maker);
  };
}
