import Table from "cli-table3";

import { formatPosition } from "#shared/domain/dead-letter.ts";
import type { LetterList, ListedLetter } from "./letter-reader.ts";
import { printable } from "./printable.ts";

const DETAIL_WIDTH = 60;

/** Returns letters as a table, newest first. */
export function renderList({ letters, totalCount }: LetterList): string {
  if (letters.length === 0) return "No dead letter fits.";
  const table = new Table({
    head: ["letter", "state", "reason", "record", "taken", "attempt", "detail"],
    colAligns: ["right", "left", "left", "left", "left", "right", "left"],
    style: { head: [], border: [], compact: true },
  });
  table.push(
    ...letters.map((letter) => [
      letter.id,
      letter.resolution === null
        ? letter.state
        : `${letter.state}, ${letter.resolution}`,
      printable(letter.reason),
      printable(formatPosition(letter)),
      letter.takenAt,
      letter.attempt,
      cut(describe(letter)),
    ]),
  );
  const rest = totalCount - letters.length;
  return [
    table.toString(),
    ...(rest > 0 ? [`${rest} older ones: --limit shows more.`] : []),
  ].join("\n");
}

function describe({ detail, dueAt, state }: ListedLetter): string {
  return state === "waiting" && dueAt !== null
    ? `due ${dueAt}; ${printable(detail)}`
    : printable(detail);
}

function cut(text: string): string {
  return text.length > DETAIL_WIDTH
    ? `${text.slice(0, DETAIL_WIDTH - 1)}…`
    : text;
}
