import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { createTopics } from "#shared/adapters/kafka/topics.ts";
import { DEAD_LETTER_TOPIC, TOPICS } from "#shared/domain/topics.ts";
import { insertLetters } from "#tests/support/rows/insert-letters.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";
import { kafkaBootstrapServers } from "#tests/support/servers.ts";
import { runToEnd, spawnCommand } from "./spawn-command.ts";

const database = useDatabase();
let folder: string;
let environment: Record<string, string>;
/** Of a play, of a record of the dead-letter topic, and of another play. */
let ids: number[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dlq-"));
  environment = {
    KAFKA_BOOTSTRAP_SERVERS: kafkaBootstrapServers(),
    DATABASE_URL: database.url("owner"),
    INGEST_DATABASE_URL: database.url("ingest"),
    READER_DATABASE_URL: database.url("reader"),
  };
  await createTopics(
    { bootstrapServers: [kafkaBootstrapServers()] },
    TOPICS.filter(({ topic }) => topic === DEAD_LETTER_TOPIC),
  );
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  ids = await insertLetters(database.owner, [
    { partition: 3, offset: 1041 },
    { topic: DEAD_LETTER_TOPIC, reason: "unreadable_letter" },
    { value: Buffer.alloc(300_000, "x") },
  ]);
});

test("without a command all of them are named", async () => {
  const { exitCode, stdout, stderr } = await run([]);

  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr.match(/^ {2}[a-z]+(?= \[options\])/gm)).toEqual(
    ["tail", "list", "show", "redrive", "bury", "export", "stats"].map(
      (name) => `  ${name}`,
    ),
  );
});

test("what is asked for must be said, and be there", async () => {
  const [unchosen, missing, notThere] = await Promise.all([
    run(["redrive", "--set", "user_id=1"]),
    run(["bury", String(ids[0]), "999999", "stream-events-0-77777"]),
    run(["show", "--reason", "handler_crash"]),
  ]);

  expect(unchosen).toMatchObject({ exitCode: 1, stdout: "" });
  expect(unchosen.stderr).toMatch(/^Which letters\? .* say --all /);
  expect(missing).toEqual({
    exitCode: 1,
    stdout: "",
    stderr:
      "No dead letter is meant by 999999, stream-events-0-77777. npm run dlq -- list --state all shows those there are.\n",
  });
  expect(notThere).toMatchObject({ exitCode: 1, stdout: "" });
  expect(notThere.stderr).toContain("No dead letter fits. ");
  expect(await database.list("select from dead_letter_actions")).toEqual([]);
});

test("what is printed as JSON can be read as JSON, and only that is on the standard output", async () => {
  const [tailed, dry] = await Promise.all([
    run(["tail", "--from-beginning", "--exit-at-end", "--json"]),
    run(["redrive", "--all", "--dry-run", "--json", "--set", "user_id=1"]),
  ]);

  expect(JSON.parse(dry.stdout)).toEqual({
    isDryRun: true,
    results: ids.map((id) => ({
      id: String(id),
      kind: "left",
      why: expect.any(String),
    })),
  });
  expect(tailed.exitCode).toBe(0);
  // Other tests send letters meanwhile.
  for (const line of tailed.stdout.split("\n").slice(0, -1))
    expect(JSON.parse(line)).toHaveProperty("source.topic");
});

test("an action is somebody's, has a reason, and fails where something was left", async () => {
  const [buried, left] = await Promise.all([
    run(["bury", "stream-events-3-1041", "--as=ann@desk", "--note=as agreed"]),
    run(["redrive", String(ids[1])]),
  ]);

  expect(buried).toEqual({
    exitCode: 0,
    stdout: "Of 1 letter: 1 buried.\n",
    stderr: "",
  });
  expect(left).toEqual({
    exitCode: 1,
    stdout: `Of 1 letter: 1 left as they are.\n  ${ids[1]}: records of dead-letter-queue are not sent again; export it and bury it\n`,
    stderr: "",
  });
  expect(
    await database.list(
      "select dead_letter_id, action, actor, note from dead_letter_actions",
    ),
  ).toEqual([[ids[0], "buried", "ann@desk", "as agreed"]]);
});

test("an export goes to a new file for its owner alone, or to whoever reads, as long as they want", async () => {
  const path = join(folder, "letters.jsonl");
  const [written, unread] = await Promise.all([
    run(["export", "--output", path]),
    runUnread(["export"]),
  ]);

  expect(written).toEqual({
    exitCode: 0,
    stdout: "",
    stderr: `3 letters written to ${path}\n`,
  });
  expect((await readFile(path, "utf8")).split("\n")).toHaveLength(4);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(unread).toMatchObject({ exitCode: 0, stderr: "" });
});

test("a row that is none of its dimension is refused with what it needs", async () => {
  const args = ["dimension", "users", "--set", "user_id=7"];

  const result = await runToEnd("produce", { args, environment });

  expect(result).toMatchObject({ exitCode: 1, stdout: "" });
  expect(result.stderr).toMatch(
    /^This is no row of users: \/username: is missing\. Give its fields as --set field=value:\n {2}user_id \(required\): /,
  );
});

function run(args: readonly string[]) {
  return runToEnd("dlq", { args, environment });
}

function runUnread(args: readonly string[]) {
  const command = spawnCommand("dlq", { args, environment });
  command.stopReading();
  return command.ended;
}
