import { expect, test } from "vitest";

import { makeUpEndedAttempts } from "#functions/aggregate-micro-batch/make-up-ended-attempts.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";

const RECORD = makeRecord({ id: 1 });
const OTHER = makeRecord({ id: 2 });
const DOWN = new Error("the database is dead");

test("an end that the database did not take is made up for before the next attempt is counted", async () => {
  const { database, attempts } = prepare();
  await attempts.beginAttempt(RECORD);
  database.isDown = true;
  await expect(attempts.endAttempt(RECORD)).rejects.toBe(DOWN);
  await expect(attempts.beginAttempt(RECORD)).rejects.toBe(DOWN);
  database.isDown = false;

  expect(await attempts.beginAttempt(RECORD)).toBe(1);
});

test("it is made up for too when another record comes first", async () => {
  const { database, attempts } = prepare();
  await attempts.beginAttempt(RECORD);
  database.isDown = true;
  await expect(attempts.endAttempt(RECORD)).rejects.toBe(DOWN);
  database.isDown = false;

  await attempts.beginAttempt(OTHER);

  expect([...database.counts]).toEqual([[OTHER, 1]]);
});

test("an attempt that was counted while its answer got lost is no attempt", async () => {
  const { database, attempts } = prepare();
  database.losesAnswers = true;
  await expect(attempts.beginAttempt(RECORD)).rejects.toBe(DOWN);
  database.losesAnswers = false;

  expect(await attempts.beginAttempt(RECORD)).toBe(1);
});

test("attempts that begin one after the other and never end are counted", async () => {
  const { attempts } = prepare();

  expect(await attempts.beginAttempt(RECORD)).toBe(1);
  expect(await attempts.beginAttempt(RECORD)).toBe(2);
});

test("what is made up for once is not ended again", async () => {
  const { database, attempts } = prepare();
  database.isDown = true;
  await expect(attempts.endAttempt(RECORD)).rejects.toBe(DOWN);
  database.isDown = false;

  await attempts.beginAttempt(RECORD);

  expect(await attempts.beginAttempt(RECORD)).toBe(2);
});

/** Counts as the table does, on a database that can be down or lose the answer to what it did. */
function prepare() {
  const counts = new Map<KafkaRecord, number>();
  const database = { isDown: false, losesAnswers: false, counts };
  const answer = <Value>(work: () => Value): Promise<Value> => {
    if (database.isDown) return Promise.reject(DOWN);
    const value = work();
    return database.losesAnswers
      ? Promise.reject(DOWN)
      : Promise.resolve(value);
  };
  const attempts = makeUpEndedAttempts({
    beginAttempt: (record) =>
      answer(() => {
        const count = (counts.get(record) ?? 0) + 1;
        counts.set(record, count);
        return count;
      }),
    endAttempt: (record) => answer(() => void counts.delete(record)),
  });
  return { database, attempts };
}
