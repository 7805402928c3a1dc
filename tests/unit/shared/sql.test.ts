import { globSync } from "node:fs";
import { isAbsolute } from "node:path";

import { expect, test } from "vitest";

import { loadStatement, sqlFolder } from "#shared/sql.ts";

const paths = globSync("{queries,session,validation}/**/*.sql", {
  cwd: sqlFolder(),
}).map((file) => file.replace(/\.sql$/, ""));

test("a statement is named after its path below the queries", () => {
  const statement = loadStatement("queries/set-up/register_topic");

  expect(statement.name).toBe("set-up/register_topic");
  expect(statement.text).toContain("topic_watermarks");
});

test("a statement that has no file stops whoever loads it", () => {
  expect(() => loadStatement("queries/set-up/no_such_statement")).toThrow(
    /ENOENT.*no_such_statement\.sql/,
  );
});

test("no name is longer than the 63 bytes that Postgres keeps", () => {
  const tooLong = paths.filter(
    (path) => Buffer.byteLength(loadStatement(path).name) > 63,
  );

  expect(paths.length).toBeGreaterThan(0);
  expect(tooLong).toEqual([]);
});

test("no two statements share a name, as a connection would then run the first for both", () => {
  const names = paths.map((path) => loadStatement(path).name);

  expect(new Set(names).size).toBe(names.length);
});

test("the folder of the statements is an absolute path, whatever the working directory", () => {
  expect(isAbsolute(sqlFolder())).toBe(true);
});
