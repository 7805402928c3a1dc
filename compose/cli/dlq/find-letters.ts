import type { LetterFilter } from "#compose/dead-letters/letter-filter.ts";
import type {
  LetterReader,
  LetterSize,
} from "#compose/dead-letters/letter-reader.ts";
import { formatPosition } from "#shared/domain/dead-letter.ts";
import { PipelineError } from "#shared/errors.ts";
import type { LetterName } from "./filter-options.ts";

/** Returns the letters that are meant; throws `no_such_letter` (user) where a name means none of them. */
export async function findLetters(
  reader: Pick<LetterReader, "findIds">,
  names: readonly LetterName[],
  filter: LetterFilter,
): Promise<LetterSize[]> {
  const found = await reader.findIds(filter);
  const ids = new Set(found.map(({ id }) => id));
  const missing: string[] = [];
  for (const name of names) {
    if (name.kind === "id") {
      if (!ids.has(name.id)) missing.push(name.id);
      continue;
    }
    const { position } = name;
    const there = await reader.findIds({
      ...filter,
      ids: [],
      positions: [position],
    });
    if (there.length === 0) missing.push(formatPosition(position));
  }
  if (missing.length > 0)
    throw noSuchLetter(`is meant by ${missing.join(", ")}`);
  return found;
}

/** Where an operator named or described what is not there. */
export function noSuchLetter(why: string): PipelineError {
  return new PipelineError(
    `No dead letter ${why}. npm run dlq -- list --state all shows those there are.`,
    { code: "no_such_letter", domain: "user" },
  );
}
