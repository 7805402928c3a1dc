import {
  Argument,
  type Command,
  InvalidArgumentError,
  Option,
} from "commander";

import {
  LETTER_STATES,
  type LetterFilter,
  type LetterState,
  type NamedPosition,
} from "#compose/dead-letters/letter-filter.ts";
import { DIMENSIONS } from "#shared/domain/topics.ts";
import { PipelineError } from "#shared/errors.ts";
import { parseMoment } from "../parse-options.ts";

/** A letter as it is named at the keyboard. */
type LetterName =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "position"; readonly position: NamedPosition };

/** What `addFilterOptions` gives a command. */
export interface FilterOptions {
  readonly reason?: readonly string[];
  readonly topic?: readonly string[];
  readonly state?: readonly (LetterState | "all")[];
  readonly from?: string;
  readonly to?: string;
  readonly reference?: NonNullable<LetterFilter["reference"]>;
}

/** Adds the options that say which letters are meant, as far as a letter in the topic can be asked for them. */
export function addTopicFilterOptions(command: Command): Command {
  return command
    .option(
      "--reason <reason>",
      "rejected for this reason; may be repeated",
      collect,
    )
    .option(
      "--topic <topic>",
      "records of this topic; may be repeated",
      collect,
    )
    .option("--from <time>", "records that Kafka took since then", parseMoment)
    .option("--to <time>", "records that Kafka took before", parseMoment)
    .option(
      "--reference <dimension[=id]>",
      "records that lack this row, such as users=42, or any row of a dimension",
      parseReference,
    );
}

/** Adds those options, the state of a letter, and names of letters as arguments. */
export function addFilterOptions(command: Command): Command {
  return addTopicFilterOptions(command)
    .addArgument(
      new Argument(
        "[letters...]",
        "letters by number or record, such as 12 or stream-events-3-1041",
      ).argParser(collectName),
    )
    .addOption(
      new Option("--state <state>", "letters in this state; may be repeated")
        .choices([...LETTER_STATES, "all"])
        .argParser(collectState),
    );
}

/**
 * Returns the filter that somebody has asked for. Without `--state`, named letters are meant whatever their state, and
 * otherwise those in `defaultStates`.
 */
export function readFilter(
  names: readonly LetterName[],
  { reason, topic, state, from, to, reference }: FilterOptions,
  defaultStates: readonly LetterState[] = LETTER_STATES,
): LetterFilter {
  if (
    from !== undefined &&
    to !== undefined &&
    Date.parse(from) >= Date.parse(to)
  ) {
    throw new PipelineError(
      `--from ${from} is not before --to ${to}, so no letter lies between them. Give the earlier time as --from.`,
      { code: "conflicting_options", domain: "user" },
    );
  }
  const ids = names.flatMap((name) => (name.kind === "id" ? [name.id] : []));
  const positions = names.flatMap((name) =>
    name.kind === "position" ? [name.position] : [],
  );
  const states =
    state?.filter((name) => name !== "all") ??
    (names.length > 0 ? LETTER_STATES : defaultStates);
  return {
    ...(names.length === 0 ? {} : { ids, positions }),
    ...(reason === undefined ? {} : { reasons: reason }),
    ...(topic === undefined ? {} : { topics: topic }),
    ...(state?.includes("all") === true ? {} : { states }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(reference === undefined ? {} : { reference }),
  };
}

/** Throws `filter_needed` (user) where nothing says which letters are meant: by mistake, that would be all. */
export function requireChoice(
  names: readonly LetterName[],
  options: FilterOptions & { readonly all?: boolean },
): void {
  const { reason, topic, from, to, reference, all } = options;
  const given = [reason, topic, from, to, reference, all];
  if (names.length > 0 || given.some((value) => value !== undefined)) return;
  throw new PipelineError(
    "Which letters? Name them, as in 12 or stream-events-3-1041, choose them with --reason, --topic, --from, --to or --reference, or say --all for every one that waits, or that is in the --state.",
    { code: "filter_needed", domain: "user" },
  );
}

function collect(text: string, previous: readonly string[] = []): string[] {
  return [...previous, text];
}

function collectState(
  text: string,
  previous: readonly string[] = [],
): string[] {
  const known: readonly string[] = [...LETTER_STATES, "all"];
  if (!known.includes(text))
    throw new InvalidArgumentError(`Expected one of ${known.join(", ")}.`);
  return [...previous, text];
}

function collectName(
  text: string,
  previous: readonly LetterName[] = [],
): LetterName[] {
  return [...previous, parseName(text)];
}

function parseName(text: string): LetterName {
  if (/^\d{1,18}$/.test(text)) return { kind: "id", id: text };
  const [, topic, partition, offset] =
    /^([a-zA-Z0-9._-]{1,249})-(\d{1,9})-(\d{1,15})$/.exec(text) ?? [];
  if (topic === undefined)
    throw new InvalidArgumentError(
      "Expected a letter's number such as 12, or its record such as stream-events-3-1041.",
    );
  return {
    kind: "position",
    position: { topic, partition: Number(partition), offset: Number(offset) },
  };
}

function parseReference(text: string): NonNullable<LetterFilter["reference"]> {
  const [, name, id] = /^([a-z]+)(?:=(\d{1,10}))?$/.exec(text) ?? [];
  const dimension = DIMENSIONS.find((known) => known === name);
  if (dimension === undefined)
    throw new InvalidArgumentError(
      `Expected a dimension, or a row of one such as users=42; dimensions are ${DIMENSIONS.join(", ")}.`,
    );
  return id === undefined ? { dimension } : { dimension, id: Number(id) };
}

export type { LetterName };
