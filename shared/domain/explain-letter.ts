import {
  DISCARD_REASONS,
  type MissingReference,
  REJECTION_REASONS,
} from "./rejection.ts";
import { idField } from "./mend-record.ts";
import { DIMENSIONS, STREAM_EVENTS_TOPIC } from "./topics.ts";

/** What is known of a letter, as far as its explanation goes; times RFC 3339. */
export interface ExplainedLetter {
  readonly id: string;
  readonly state: "waiting" | "redriven" | "resolved" | "buried";
  readonly resolution: string | null;
  readonly reason: string;
  readonly detail: string;
  /** References that have not arrived. */
  readonly awaited: readonly MissingReference[];
  readonly dueAt: string | null;
  readonly record: { readonly topic: string };
}

const SENTENCES: Readonly<Record<string, string>> = {
  ...REJECTION_REASONS,
  ...DISCARD_REASONS,
};

/** The reason as a sentence; a newer version of the code may write reasons that this one does not know. */
export function explainReason(reason: string): string {
  return Object.hasOwn(SENTENCES, reason)
    ? (SENTENCES[reason] ?? "")
    : `This version knows no reason "${reason}"; a newer one has written it.`;
}

/** Records of other topics are kept, and not sent again. */
const SENT_AGAIN = new Set<string>([STREAM_EVENTS_TOPIC, ...DIMENSIONS]);

const RESOLUTIONS: Readonly<Record<string, string>> = {
  landed: "Nothing: the play is a fact.",
  applied: "Nothing: the version was applied as of its own time.",
  superseded: "Nothing: the dimension had a newer version already.",
  rejected_again:
    "Nothing here: the record was rejected once more and goes on in its next letter.",
  replaced: "Nothing: an operator has sent a new version of the row.",
};

/** What an operator can do about a letter, or why there is nothing to do; commands as they are typed. */
export function nextSteps(letter: ExplainedLetter): string[] {
  const { id, state, resolution, record } = letter;
  switch (state) {
    case "redriven":
      return [
        "Nothing now: it was sent again, and its outcome is not known yet. If nothing is heard of it, it is sent once more by itself.",
      ];
    case "resolved":
      return [RESOLUTIONS[resolution ?? ""] ?? "Nothing: it is settled."];
    case "buried":
      return SENT_AGAIN.has(record.topic)
        ? [
            `Nothing has to be done. To try it once more: npm run dlq -- redrive ${id}`,
          ]
        : ["Nothing has to be done."];
    case "waiting":
      return [
        ...stepsWhileWaiting(letter),
        `To give it up: npm run dlq -- bury ${id}`,
      ];
    default:
      return state satisfies never;
  }
}

function stepsWhileWaiting(letter: ExplainedLetter): string[] {
  const { id, reason, detail, awaited, dueAt, record } = letter;
  const mend = (change: string) =>
    `npm run dlq -- redrive ${id} --set ${change}`;
  if (dueAt !== null)
    return [`Nothing: it is sent again by itself, not before ${dueAt}.`];
  if (!SENT_AGAIN.has(record.topic)) {
    const cause =
      reason === "unreadable_letter"
        ? `Find out who writes to ${record.topic}.`
        : `Records of ${record.topic} are not sent again.`;
    return [`${cause} To keep the bytes: npm run dlq -- export ${id}`];
  }
  switch (reason) {
    case "unknown_reference": {
      const [first] = awaited;
      if (first === undefined)
        return [
          `All that it lacked has arrived. If it is not sent again by itself: npm run dlq -- redrive ${id}`,
        ];
      return [
        "It is sent again by itself once these have arrived:",
        ...awaited.map(
          (reference) =>
            `  ${reference.dimension} ${reference.id}: ${produceCommand(reference)}`,
        ),
        `Or it names the wrong one: ${mend(`${idField(first.dimension)}=ID`)}`,
      ];
    }
    case "malformed_json":
    case "invalid_schema":
      return [
        `Have its producer mended. To mend this record: ${mend(`${fieldOf(detail) ?? "FIELD"}=VALUE`)}`,
      ];
    case "conflicting_duplicate":
      return [
        `The first play with this id is the fact. If this is another play, give it an id of its own: ${mend("event_id=UUID")}`,
      ];
    case "future_timestamp":
      return [
        `When its time has come: npm run dlq -- redrive ${id}`,
        `Or its producer's clock was wrong: ${mend("timestamp=TIME")}`,
      ];
    case "older_than_retention":
      return [
        `The facts of its time have been given up. If its time is wrong: ${mend("timestamp=TIME")}`,
      ];
    case "handler_crash":
      return [
        `The functions' logs in .data/logs say how the handler died. With that mended: npm run dlq -- redrive ${id}`,
      ];
    default:
      return [`With its cause mended: npm run dlq -- redrive ${id}`];
  }
}

function produceCommand({ dimension, id }: MissingReference): string {
  return DIMENSIONS.includes(dimension)
    ? `npm run produce -- dimension ${dimension} --set ${idField(dimension)}=${id} --set …`
    : "a dimension that this version does not know";
}

/** The field that a detail's path names: `/user_id: expected …`. */
function fieldOf(detail: string): string | undefined {
  return /^\/([a-z_]+): /.exec(detail)?.[1];
}
