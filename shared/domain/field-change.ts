import { listTopicFields } from "./topic-fields.ts";

/** What a person wants a field of a record's value to be: text as it was typed. */
export interface FieldChange {
  readonly field: string;
  readonly text: string;
}

/** The JSON value of a field, or why the text is none. */
export type FieldValue =
  | { readonly ok: true; readonly value: string | number | boolean | null }
  | { readonly ok: false; readonly detail: string };

/** Splits `field=value` at the first equals sign; `undefined` where there is none or nothing before it. */
export function splitFieldChange(text: string): FieldChange | undefined {
  const at = text.indexOf("=");
  return at < 1
    ? undefined
    : { field: text.slice(0, at), text: text.slice(at + 1) };
}

/**
 * Reads a typed value as the JSON type that the topic's schema gives the field: `1984` is a title where the field is
 * text, and a number where it is one; `null` is null where the field may be that.
 */
export function readFieldValue(
  topic: string,
  { field, text }: FieldChange,
): FieldValue {
  const fields = listTopicFields(topic);
  const known = fields.find(({ name }) => name === field);
  if (known === undefined) {
    const names = fields.map(({ name }) => name).join(", ");
    return {
      ok: false,
      detail: `${topic} has no field "${field}"; expected one of ${names}`,
    };
  }
  const { types, description } = known;
  if (types.includes("null") && text === "null")
    return { ok: true, value: null };
  if (types.includes("integer") && /^-?\d{1,15}$/.test(text))
    return { ok: true, value: Number(text) };
  if (types.includes("boolean") && /^(true|false)$/.test(text))
    return { ok: true, value: text === "true" };
  if (types.includes("string")) return { ok: true, value: text };
  return { ok: false, detail: `${field}: expected ${description}` };
}
