import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";
import type { FieldChange } from "#shared/domain/field-change.ts";
import { idField, mendRecord } from "#shared/domain/mend-record.ts";
import { listTopicFields } from "#shared/domain/topic-fields.ts";
import type { Dimension } from "#shared/domain/topics.ts";
import { PipelineError } from "#shared/errors.ts";

export interface DimensionWish {
  readonly dimension: Dimension;
  /** Every required field, and any of the others. */
  readonly fields: readonly FieldChange[];
  /** Sends the end of the row in its place; its id is all that is given then. */
  readonly isTombstone?: boolean;
}

/** Sends one version of a row to its topic, checked as it will be read; returns its id. Throws `invalid_fields` (user). */
export async function sendDimension(
  kafkaBootstrapServers: string,
  wish: DimensionWish,
): Promise<string> {
  const record = makeDimensionRecord(wish);
  const publisher = createRecordPublisher({
    bootstrapServers: kafkaBootstrapServers.split(","),
  });
  try {
    await publisher.publish(wish.dimension, [record]);
  } finally {
    await publisher.close();
  }
  return record.key;
}

/** Returns the record of a row. Throws `invalid_fields` (user), naming what the dimension's rows have. */
export function makeDimensionRecord({
  dimension,
  fields,
  isTombstone = false,
}: DimensionWish): { readonly key: string; readonly value: Uint8Array | null } {
  const id = idField(dimension);
  if (isTombstone) {
    const other = fields.find(({ field }) => field !== id);
    if (other !== undefined)
      throw invalidFields(
        dimension,
        `a tombstone has its ${id} and no ${other.field}`,
      );
    const text = fields.at(-1)?.text ?? "";
    if (/^[1-9]\d{0,9}$/.test(text) && Number(text) <= 2_147_483_647)
      return { key: text, value: null };
    throw invalidFields(
      dimension,
      `/${id}: expected an integer from 1 to 2147483647`,
    );
  }
  const made = mendRecord({ topic: dimension, value: null }, fields);
  if (!made.ok) throw invalidFields(dimension, made.detail);
  return { key: new TextDecoder().decode(made.key), value: made.value };
}

function invalidFields(dimension: Dimension, detail: string): PipelineError {
  const lines = listTopicFields(dimension).map(
    ({ name, isRequired, description }) =>
      `  ${name}${isRequired ? " (required)" : ""}: ${description}`,
  );
  return new PipelineError(
    `This is no row of ${dimension}: ${detail}. Give its fields as --set field=value:\n${lines.join("\n")}`,
    { code: "invalid_fields", domain: "user" },
  );
}
