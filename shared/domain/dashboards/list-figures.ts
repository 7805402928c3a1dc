import type { Cell } from "./answer.ts";

/** What became of the plays so far. */
export interface OutcomeCounts {
  readonly accepted: number;
  readonly duplicate: number;
  /** Those of the accepted ones whose window had closed. */
  readonly late: number;
  readonly rejected: number;
}

/** How far a consumer group is behind its topic. */
export interface TopicLagFigures {
  readonly topic: string;
  /** Null while Kafka cannot be asked. */
  readonly records: number | null;
  /** See `measureLagSeconds`. */
  readonly seconds: number | null;
}

/** What the figures are made from. */
export interface FigureSources {
  readonly outcomes: OutcomeCounts;
  readonly windows: {
    /** RFC 3339, UTC. */
    readonly watermark: string | null;
    readonly watermarkDelaySeconds: number | null;
    /** By size. */
    readonly windows: readonly {
      readonly openCount: number;
      readonly dueCount: number;
      readonly markedCount: number;
    }[];
  };
  readonly letters: {
    readonly waiting: number;
    readonly redriven: number;
    readonly buried: number;
  };
  readonly lag: readonly TopicLagFigures[];
}

const count = (figure: string, value: number | null): Cell[] => [
  figure,
  value,
  null,
  null,
];
const seconds = (figure: string, value: number | null): Cell[] => [
  figure,
  null,
  value === null ? null : Math.floor(value),
  null,
];
const time = (figure: string, value: string | null): Cell[] => [
  figure,
  null,
  null,
  value,
];

/** The pipeline's figures, each with a value of one unit, or none where it is not known. */
export function listFigures({
  outcomes,
  windows,
  letters,
  lag,
}: FigureSources): Cell[][] {
  const { accepted, duplicate, late, rejected } = outcomes;
  const sumWindows = (
    field: "openCount" | "dueCount" | "markedCount",
  ): number =>
    windows.windows.reduce((total, counts) => total + counts[field], 0);
  return [
    count("Plays handled", accepted + duplicate + rejected),
    count("Plays accepted", accepted),
    count("Duplicates", duplicate),
    count("Late plays", late),
    count("Plays rejected", rejected),
    time("Watermark", windows.watermark),
    seconds("Watermark delay", windows.watermarkDelaySeconds),
    count("Open windows", sumWindows("openCount")),
    count("Windows due", sumWindows("dueCount")),
    count("Windows to revise", sumWindows("markedCount")),
    count("Dead letters waiting", letters.waiting),
    count("Dead letters redriven", letters.redriven),
    count("Dead letters buried", letters.buried),
    count("Lag in records", sumKnown(lag.map(({ records }) => records))),
    seconds("Lag in time", findGreatest(lag)),
  ];
}

/** Unknown when one of them is. */
function sumKnown(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>(
    (total, value) => (total === null || value === null ? null : total + value),
    0,
  );
}

function findGreatest(lag: readonly TopicLagFigures[]): number | null {
  if (lag.some(({ records }) => records === null)) return null;
  const known = lag.flatMap(({ seconds: age }) => (age === null ? [] : [age]));
  return known.length === 0 ? null : Math.max(...known);
}
