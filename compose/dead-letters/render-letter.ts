import { formatPosition } from "#shared/domain/dead-letter.ts";
import { explainReason, nextSteps } from "#shared/domain/explain-letter.ts";
import { nearestMicros } from "#shared/domain/redrive-headers.ts";
import { formatTimestamp } from "#shared/domain/timestamp.ts";
import type { MissingReference } from "#shared/domain/rejection.ts";
import { describeBytes } from "./describe-bytes.ts";
import type { LetterDetails } from "./letter-details.ts";
import type { PlayWindow } from "./letter-reader.ts";
import { printable } from "./printable.ts";

const LABEL_WIDTH = 12;

/** What is shown beside the letter itself. */
export interface LetterSurroundings {
  /** Ids of all letters of the same record. */
  readonly chain: readonly string[];
  /** Of the play, where it is a fact. */
  readonly windows: readonly PlayWindow[];
}

/** Returns a letter for people: what was rejected, why, what was done, and what can be done. */
export function renderLetter(
  letter: LetterDetails,
  { chain, windows }: LetterSurroundings,
): string {
  const { record } = letter;
  const takenAt = formatTimestamp(nearestMicros(record.timestampMs));
  return [
    `Letter ${letter.id}: ${letter.reason}, ${describeState(letter)}`,
    explainReason(letter.reason),
    ...block("detail", [printable(letter.detail)]),
    ...block("record", [
      `${printable(formatPosition(record))}, taken ${takenAt}`,
      `attempt ${letter.attempt}, first seen ${letter.firstSeenAt}, by version ${printable(letter.handlerVersion)}`,
    ]),
    ...block("key", describeBytes(record.key)),
    ...block(
      "headers",
      record.headers.map(
        ([name, value]) =>
          `${printable(name)}: ${describeBytes(value).join(" ")}`,
      ),
    ),
    ...block("value", describeBytes(record.value)),
    ...(letter.mendedValue === null
      ? []
      : block("mended", describeBytes(letter.mendedValue))),
    ...block(
      "missing",
      letter.missingReferences.map((reference) =>
        describeReference(reference, letter),
      ),
    ),
    ...block(
      "history",
      letter.actions.map(
        ({ at, action, actor, note }) =>
          `${at} ${action} by ${printable(actor)}${note === null ? "" : `: ${printable(note)}`}`,
      ),
    ),
    ...(chain.length > 1
      ? block("letters", [`${chain.join(", ")} are of this record`])
      : []),
    ...block("windows", windows.map(describeWindow)),
    ...block("next", nextSteps(letter)),
  ].join("\n");
}

function block(label: string, lines: readonly string[]): string[] {
  return lines.map(
    (line, at) => `${(at === 0 ? label : "").padEnd(LABEL_WIDTH)}${line}`,
  );
}

function describeState({ state, resolution, dueAt, settledAt }: LetterDetails) {
  const rest = [
    ...(resolution === null ? [] : [`${resolution}, ${settledAt}`]),
    ...(dueAt === null ? [] : [`due ${dueAt}`]),
  ];
  return rest.length === 0 ? state : `${state} (${rest.join("; ")})`;
}

function describeWindow({
  kind,
  start,
  state,
  revision,
  revisedAt,
}: PlayWindow): string {
  const published =
    revision === 0
      ? `published ${revisedAt}`
      : `published, revised ${revision} ${revision === 1 ? "time" : "times"}, last ${revisedAt}`;
  const states = {
    open: "still open",
    due: "closed, about to be published",
    to_revise: "published, about to be revised",
    published,
  };
  return `${kind} ${start}: ${states[state]}`;
}

function describeReference(
  { dimension, id }: MissingReference,
  { state, awaited }: LetterDetails,
): string {
  const isAwaited = awaited.some(
    (other) => other.dimension === dimension && other.id === id,
  );
  const name = `${printable(dimension)} ${id}`;
  if (state !== "waiting") return name;
  return `${name}, ${isAwaited ? "not there" : "arrived"}`;
}
