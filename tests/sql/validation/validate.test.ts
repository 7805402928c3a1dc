import { Kafka, logLevel, type Admin } from "kafkajs";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type {
  ValidationCheck,
  ValidationResult,
} from "#compose/validation/result.ts";
import { validate } from "#compose/validation/run-validation.ts";
import { createTopicOffsets } from "#shared/adapters/kafka/topic-offsets.ts";
import { createSession } from "#shared/adapters/postgres/session.ts";
import { loadStatement } from "#shared/sql.ts";
import {
  createDatabase,
  createTopic,
  kafkaBootstrapServers,
} from "#tests/support/servers.ts";

import {
  createDurableDatabase,
  type DurableDatabase,
} from "./durable-database.ts";

let database: DurableDatabase;
let owner: Client;

beforeAll(async () => {
  database = await createDurableDatabase();
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
});

afterAll(async () => {
  await owner.end();
  await database.remove();
});

describe("validate", () => {
  test("passes on a consistent database as the role that may only read", async () => {
    const result = await validate({ databaseUrl: database.readerUrl });

    expect(result.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(result.ok).toBe(true);
    expect(
      result.reports.find(({ name }) => name === "row_counts")?.rows,
    ).toContainEqual({
      table_name: "stream_events",
      row_count: 360,
    });
  });

  test("skips the checks that need Kafka without it, and says so", async () => {
    const result = await validate({
      databaseUrl: database.readerUrl,
      withReports: false,
    });

    expect(
      result.checks
        .filter(({ skippedBecause }) => skippedBecause !== undefined)
        .map(({ name }) => name),
    ).toEqual(["rejected_records_have_letters", "commits_are_in_ledger"]);
    expect(result.reports).toEqual([]);
  });

  test("names the next step where the tables are missing", async () => {
    const { urls } = await createDatabase();

    await expect(validate({ databaseUrl: urls.owner })).rejects.toMatchObject({
      code: "schema_outdated",
      message: expect.stringContaining("npm run migrate"),
    });
  });

  test("reads everything at one moment and can change nothing", async () => {
    const session = createSession({
      databaseUrl: database.ownerUrl,
      applicationName: "test",
      transactionTimeoutMs: 10_000,
    });
    const count = {
      name: "count-users",
      text: "select count(*)::integer as count from users",
    };
    try {
      const [before, after] = await session.transaction(async (transaction) => {
        await transaction.query(
          loadStatement("validation/session/take_snapshot"),
        );
        const first = await transaction.query(count);
        await owner.query(
          "insert into users (user_id, version_at, version_partition, version_offset, deleted_at) values (50, now(), 0, 50, now())",
        );
        return [first, await transaction.query(count)];
      });
      const writing = session.transaction(async (transaction) => {
        await transaction.query(
          loadStatement("validation/session/take_snapshot"),
        );
        await transaction.query({
          name: "delete-users",
          text: "delete from users",
        });
      });

      expect(after).toEqual(before);
      await expect(writing).rejects.toThrow("25006");
    } finally {
      await owner.query("delete from users where user_id = 50");
      await session.close();
    }
  });
});

describe("validate with Kafka", () => {
  let admin: Admin;
  const offsets = createTopicOffsets({
    bootstrapServers: [kafkaBootstrapServers()],
  });

  beforeAll(async () => {
    admin = new Kafka({
      brokers: [kafkaBootstrapServers()],
      logLevel: logLevel.NOTHING,
    }).admin();
    await admin.connect();
  });

  afterAll(async () => {
    await Promise.all([admin.disconnect(), offsets.close()]);
  });

  test("compares commits and letters with a ledger that holds everything", async () => {
    const topic = await givenTopic({
      recordCount: 3,
      handled: "{[0,3)}",
      committed: 3,
    });

    const { ok, checks } = await validateWithKafka(topic);

    expect(ok).toBe(true);
    expect(
      checks.filter(({ skippedBecause }) => skippedBecause !== undefined),
    ).toEqual([]);
  });

  test("fails where a group has committed what Postgres knows nothing of", async () => {
    const topic = await givenTopic({
      recordCount: 3,
      handled: "{[0,1)}",
      committed: 3,
    });

    const { ok, checks } = await validateWithKafka(topic);

    expect(ok).toBe(false);
    expect(findCheck(checks, "commits_are_in_ledger")).toMatchObject({
      passed: false,
      violations: [
        { topic, partition: 0, committed_offset: 3, handled_until: 1 },
      ],
    });
  });

  test("does not count letters while records are still to be handled", async () => {
    const topic = await givenTopic({
      recordCount: 3,
      handled: "{[0,1)}",
      committed: 1,
    });

    const { ok, checks } = await validateWithKafka(topic);

    expect(ok).toBe(true);
    expect(
      findCheck(checks, "rejected_records_have_letters").skippedBecause,
    ).toBe(`records are still to be handled: ${topic} has 2`);
  });

  const validateWithKafka = (topic: string): Promise<ValidationResult> =>
    validate({
      databaseUrl: database.readerUrl,
      kafka: {
        offsets,
        consumerGroups: new Map([[topic, `group-of-${topic}`]]),
      },
      withReports: false,
    });

  async function givenTopic({
    recordCount,
    handled,
    committed,
  }: {
    recordCount: number;
    handled: string;
    committed: number;
  }): Promise<string> {
    const topic = await createTopic();
    const producer = new Kafka({
      brokers: [kafkaBootstrapServers()],
      logLevel: logLevel.NOTHING,
    }).producer();
    await producer.connect();
    await producer.send({
      topic,
      messages: Array.from({ length: recordCount }, () => ({ value: "x" })),
    });
    await producer.disconnect();
    await admin.setOffsets({
      groupId: `group-of-${topic}`,
      topic,
      partitions: [{ partition: 0, offset: String(committed) }],
    });
    await owner.query(
      `insert into partition_ledger (topic, partition, handled_offsets, accepted_count)
      select $1, 0, h, (select sum(upper(r) - lower(r)) from unnest(h) as r) from (select $2::int8multirange as h)`,
      [topic, handled],
    );
    return topic;
  }
});

function findCheck(
  checks: readonly ValidationCheck[],
  name: string,
): ValidationCheck {
  const check = checks.find((candidate) => candidate.name === name);
  if (check === undefined) throw new Error(`no check ${name}`);
  return check;
}
