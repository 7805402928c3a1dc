import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import {
  describeDataSource,
  writePgpass,
} from "#compose/superset/data-source.ts";
import { makeTemporaryFolder } from "../localstack/temporary-folder.ts";

test("the address that Superset is told has no password, and libpq's file has it", () => {
  expect(
    describeDataSource(
      "postgres://reader:s3cret@127.0.0.1:5433/music_streaming",
    ),
  ).toEqual({
    sqlalchemyUri:
      "postgresql+psycopg2://reader@127.0.0.1:5433/music_streaming",
    pgpassLine: "*:*:music_streaming:reader:s3cret",
  });
});

test("options of the address stay, and Postgres' own port is written out", () => {
  expect(
    describeDataSource("postgresql://me:x@db.example/music?sslmode=require"),
  ).toEqual({
    sqlalchemyUri:
      "postgresql+psycopg2://me@db.example:5432/music?sslmode=require",
    pgpassLine: "*:*:music:me:x",
  });
});

test("a password is written as libpq reads it, whatever is in it", () => {
  expect(
    describeDataSource(String.raw`postgres://reader:a%3Ab%5Cc%40d@host:1/db`)
      .pgpassLine,
  ).toBe(String.raw`*:*:db:reader:a\:b\\c@d`);
});

test("another address takes the place of the own one, and the password file is right for both", () => {
  expect(
    describeDataSource(
      "postgres://reader:x@127.0.0.1:5433/music_streaming",
      "postgres:5432",
    ),
  ).toEqual({
    sqlalchemyUri: "postgresql+psycopg2://reader@postgres:5432/music_streaming",
    pgpassLine: "*:*:music_streaming:reader:x",
  });
});

test("the password file is for nobody else, and empty where there is no password", async () => {
  const path = join(await makeTemporaryFolder(), "pgpass");
  const at = async (url: string) => {
    await writePgpass(path, describeDataSource(url));
    return readFile(path, "utf8");
  };

  await expect(at("postgres://reader:x@h:1/d")).resolves.toBe(
    "*:*:d:reader:x\n",
  );
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await expect(at("postgres://reader@h:1/d")).resolves.toBe("");
});
