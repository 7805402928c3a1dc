import { readdir, readFile } from "node:fs/promises";

import { describe, expect, test } from "vitest";

import { TOPICS } from "#shared/domain/topics.ts";

const folder = new URL("../../../../shared/schemas/", import.meta.url);

interface Schema {
  readonly title: string;
  readonly type: string;
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, unknown>>;
  readonly additionalProperties: boolean;
  readonly definitions: Readonly<
    Record<string, { readonly description?: string }>
  >;
}

test("every topic has a schema and every schema a topic", async () => {
  const files = await readdir(folder);
  expect(files.toSorted()).toEqual(
    TOPICS.map(({ topic }) => `${topic}.json`).toSorted(),
  );
});

describe.for(TOPICS.map(({ topic }) => topic))("the schema of %s", (topic) => {
  test("says what it expects, and tolerates unknown fields", async () => {
    const schema: Schema = JSON.parse(
      await readFile(new URL(`${topic}.json`, folder), "utf8"),
    );

    expect(schema).toMatchObject({
      title: topic,
      type: "object",
      additionalProperties: true,
    });
    expect(Object.keys(schema.properties)).toEqual(
      expect.arrayContaining([...schema.required]),
    );
    // A rejection's detail is this description.
    expect(
      Object.values(schema.definitions).filter(
        ({ description }) => description === undefined,
      ),
    ).toEqual([]);
  });
});
