/** A number of a JSON text as it is written there: filters compare numbers as text, so that 300 is not 300.0 (14). */
export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): number {
    return Number(this.text);
  }
}

type Reviver = (
  name: string,
  value: unknown,
  context?: { readonly source?: string },
) => unknown;

const keepNumberText: Reviver = (_, value, context) =>
  typeof value === "number"
    ? new NumberText(context?.source ?? String(value))
    : value;

/** As `JSON.parse`, with a `NumberText` for every number; throws where the text is no JSON. */
export function parseJsonKeepingNumbers(text: string): unknown {
  return JSON.parse(text, keepNumberText);
}
