import { ALL_PLAYS, type ModelPlay } from "./model-plays.ts";

const MINUTE = 60_000_000;
const ALLOWED_LATENESS = 10 * MINUTE;
/** In the order in which windows of the same start are published. */
export const SIZES = { hourly: 60 * MINUTE, minutes: 5 * MINUTE } as const;
export type Kind = keyof typeof SIZES;
const KINDS: readonly Kind[] = ["hourly", "minutes"];

/** One record of a micro-batch: which play it holds, and where it stands. */
export interface ModelRecord {
  readonly id: number;
  readonly partition: number;
  readonly offset: number;
}

/** A window as a reader of the tables finds it. */
export interface WindowView {
  readonly kind: Kind;
  /** Microseconds since `ModelPlay`'s beginning. */
  readonly start: number;
  /** Plays in partial aggregates. */
  readonly staged: number;
  /** Plays that wait for a revision. */
  readonly marked: number;
  /** null before its publication. */
  readonly revision: number | null;
  readonly published: number | null;
  readonly users: number | null;
}

interface ModelWindow {
  readonly kind: Kind;
  readonly start: number;
  staged: number;
  marked: number;
  revision: number | null;
  content: readonly ModelPlay[] | null;
}

/**
 * What has to become of plays and windows, in the simplest words: a window is open until the frontier has passed its
 * end, then closing until it is published, closed, and revised when a play comes late.
 */
export class WindowModel {
  readonly #facts = new Set<number>();
  readonly #windows = new Map<string, ModelWindow>();
  readonly #newest = new Map<number, number>();
  readonly #frontiers = { hourly: -Infinity, minutes: -Infinity };
  readonly #partitions: readonly number[];
  #watermark = -Infinity;

  /** Those whose plays move the watermark. */
  constructor(partitions: readonly number[]) {
    this.#partitions = partitions;
  }

  get progress(): Readonly<Record<Kind | "watermark", number>> {
    return { ...this.#frontiers, watermark: this.#watermark };
  }

  get windows(): WindowView[] {
    return this.#sorted().map(({ content, ...window }) => ({
      ...window,
      published: content?.length ?? null,
      users: content && new Set(content.map(({ user }) => user)).size,
    }));
  }

  /** Closed windows that are to be published or revised, in order. */
  get publishable(): Pick<WindowView, "kind" | "start">[] {
    const due = this.#sorted().filter(
      (window) => this.#isClosed(window) && window.staged + window.marked > 0,
    );
    return [
      ...due.filter(({ revision }) => revision === null),
      ...due.filter(({ revision }) => revision !== null),
    ].map(({ kind, start }) => ({ kind, start }));
  }

  /** Applies a micro-batch and says what becomes of each record. */
  ingest(records: readonly ModelRecord[]): string[] {
    const outcomes = new Map<ModelRecord, string>();
    for (const record of records.toSorted(
      (a, b) => a.partition - b.partition || a.offset - b.offset,
    )) {
      const { time } = playOf(record.id);
      const newest = this.#newest.get(record.partition) ?? -Infinity;
      this.#newest.set(record.partition, Math.max(newest, time));
      outcomes.set(
        record,
        this.#facts.has(record.id) ? "duplicate" : this.#accept(record.id),
      );
    }
    return records.map((record) => outcomes.get(record) ?? "");
  }

  /** Whether a window that holds plays can close now. */
  advanceWatermark(): boolean {
    const newest = this.#partitions.map(
      (partition) => this.#newest.get(partition) ?? -Infinity,
    );
    this.#watermark = Math.max(
      this.#watermark,
      Math.min(...newest) - ALLOWED_LATENESS,
    );
    return this.#sorted().some(
      (window) =>
        window.staged > 0 &&
        !this.#isClosed(window) &&
        endOf(window) <= this.#watermark,
    );
  }

  advanceFrontiers(): void {
    for (const kind of KINDS)
      this.#moveFrontier(kind, floor(this.#watermark, kind));
  }

  closeOpenWindows(): void {
    for (const window of this.#sorted())
      if (window.staged > 0) this.#moveFrontier(window.kind, endOf(window));
  }

  publish({ kind, start }: Pick<WindowView, "kind" | "start">): string {
    const window = this.#window(kind, start);
    if (window.staged + window.marked === 0) return "unchanged";
    const isRevision = window.marked > 0 || window.revision !== null;
    window.content = [...this.#facts]
      .map(playOf)
      .filter(({ time }) => floor(time, kind) === start);
    window.revision = window.revision === null ? 0 : window.revision + 1;
    window.staged = 0;
    window.marked = 0;
    return isRevision ? "recomputed" : "merged";
  }

  #accept(id: number): string {
    this.#facts.add(id);
    let isLate = false;
    for (const kind of KINDS) {
      const window = this.#window(kind, floor(playOf(id).time, kind));
      if (this.#isClosed(window)) {
        window.marked += 1;
        isLate = true;
      } else window.staged += 1;
    }
    return isLate ? "late" : "accepted";
  }

  #isClosed(window: Pick<WindowView, "kind" | "start">): boolean {
    return endOf(window) <= this.#frontiers[window.kind];
  }

  #moveFrontier(kind: Kind, to: number): void {
    this.#frontiers[kind] = Math.max(this.#frontiers[kind], to);
  }

  #window(kind: Kind, start: number): ModelWindow {
    const key = `${kind} ${start}`;
    const known = this.#windows.get(key);
    if (known !== undefined) return known;
    const window: ModelWindow = {
      kind,
      start,
      staged: 0,
      marked: 0,
      revision: null,
      content: null,
    };
    this.#windows.set(key, window);
    return window;
  }

  #sorted(): ModelWindow[] {
    return [...this.#windows.values()].toSorted(
      (a, b) =>
        a.start - b.start || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind),
    );
  }
}

const floor = (time: number, kind: Kind): number =>
  Math.floor(time / SIZES[kind]) * SIZES[kind];

const endOf = ({ kind, start }: Pick<WindowView, "kind" | "start">): number =>
  start + SIZES[kind];

function playOf(id: number): ModelPlay {
  const play = ALL_PLAYS[id - 1];
  if (play === undefined) throw new RangeError(`There is no play ${id}.`);
  return play;
}
