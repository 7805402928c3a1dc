import { REFERENCES } from "./references.ts";
import type { StreamEvent } from "./stream-event.ts";
import type { Dimension } from "./topics.ts";

/** Ids of plays by the dimension that they refer to. */
export type References = Readonly<Record<Dimension, ReadonlySet<number>>>;

const BITS_OF_WORD = 32;
/** 4 KB of memory each. */
const IDS_OF_PAGE = 32_768;
/** At most 4 MB for each dimension: 33 million ids in a row, or a thousand that lie far apart. */
const MOST_PAGES = 1024;

/**
 * Ids that were found in their dimensions. A dimension's rows are never deleted, so what was found once need not be
 * looked for again; `forget` is for a database whose owner has deleted rows all the same.
 */
export class KnownReferences {
  readonly #known = new Map<Dimension, IdSet>(
    REFERENCES.map(([dimension]) => [dimension, new IdSet()]),
  );

  /** The distinct ids that plays refer to and that are not known. */
  listUnknown(plays: readonly { readonly event: StreamEvent }[]): References {
    const unknown = createReferences();
    for (const [dimension, read] of REFERENCES) {
      const known = this.#known.get(dimension);
      for (const { event } of plays) {
        const id = read(event);
        if (known?.has(id) !== true) unknown[dimension].add(id);
      }
    }
    return unknown;
  }

  /** Keeps those that are not missing. */
  learn(ids: References, missing: References): void {
    for (const [dimension] of REFERENCES)
      for (const id of ids[dimension])
        if (!missing[dimension].has(id)) this.#known.get(dimension)?.add(id);
  }

  forget(): void {
    for (const ids of this.#known.values()) ids.clear();
  }
}

/** No ids of any dimension yet. */
export const createReferences = (): Record<Dimension, Set<number>> => ({
  users: new Set(),
  artists: new Set(),
  albums: new Set(),
  songs: new Set(),
  devices: new Set(),
  locations: new Set(),
});

/** A set of whole numbers below 2^31 as bits in pages; once it has too many pages it begins anew. */
class IdSet {
  readonly #pages = new Map<number, Uint32Array>();

  has(id: number): boolean {
    const page = this.#pages.get(Math.floor(id / IDS_OF_PAGE));
    if (page === undefined) return false;
    const word = page[wordOf(id)] ?? 0;
    return (word & bitOf(id)) !== 0;
  }

  add(id: number): void {
    const number = Math.floor(id / IDS_OF_PAGE);
    let page = this.#pages.get(number);
    if (page === undefined) {
      if (this.#pages.size === MOST_PAGES) this.#pages.clear();
      page = new Uint32Array(IDS_OF_PAGE / BITS_OF_WORD);
      this.#pages.set(number, page);
    }
    const word = wordOf(id);
    page[word] = (page[word] ?? 0) | bitOf(id);
  }

  clear(): void {
    this.#pages.clear();
  }
}

const wordOf = (id: number): number =>
  Math.floor((id % IDS_OF_PAGE) / BITS_OF_WORD);
const bitOf = (id: number): number => 1 << (id % BITS_OF_WORD);
