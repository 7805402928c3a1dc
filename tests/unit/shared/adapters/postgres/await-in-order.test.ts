import { setImmediate } from "node:timers/promises";

import { expect, test } from "vitest";

import { awaitInOrder } from "#shared/adapters/postgres/await-in-order.ts";

test("answers come in the order in which the statements were sent", async () => {
  const second = Promise.withResolvers<string>();
  const awaiting = awaitInOrder(
    second.promise.then(() => 1),
    second.promise,
    undefined,
  );
  second.resolve("two");

  expect(await awaiting).toEqual([1, "two", undefined]);
});

test("the error is that of the first statement that failed, though one behind it is heard of sooner", async () => {
  const first = Promise.withResolvers<never>();
  const behind = Promise.withResolvers<never>();
  const awaiting = awaitInOrder(
    Promise.resolve(),
    first.promise,
    behind.promise,
  );
  behind.reject(new Error("current transaction is aborted"));
  await expect(behind.promise).rejects.toThrow("aborted");
  first.reject(new Error("duplicate key"));

  await expect(awaiting).rejects.toThrow("duplicate key");
});

test("nothing is thrown before the last statement is answered", async () => {
  const last = Promise.withResolvers<void>();
  const awaiting = awaitInOrder(
    Promise.reject(new Error("refused")),
    last.promise,
  );
  let isThrown = false;
  awaiting.catch(() => {
    isThrown = true;
  });

  await setImmediate();
  expect(isThrown).toBe(false);
  last.resolve();
  await expect(awaiting).rejects.toThrow("refused");
});
