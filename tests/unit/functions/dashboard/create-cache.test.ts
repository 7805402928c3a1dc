import { beforeEach, expect, test } from "vitest";

import { type Cache, createCache } from "#functions/dashboard/create-cache.ts";

let nowMs = 0;
let made: string[] = [];
let cache: Cache<string>;

beforeEach(() => {
  nowMs = 1000;
  made = [];
  cache = createCache({ lifetimeMs: 100, limit: 2, now: () => nowMs });
});

const fail = () => Promise.reject(new Error("away"));
const get = (key: string) =>
  cache(key, () => {
    made.push(key);
    return Promise.resolve(`${key}${made.length}`);
  });

test("a value is made once in its lifetime", async () => {
  expect(await get("a")).toBe("a1");
  nowMs += 99;
  expect(await get("a")).toBe("a1");
  nowMs += 1;
  expect(await get("a")).toBe("a2");
});

test("whoever asks while it is made gets the same, however long that takes", async () => {
  const making = Promise.withResolvers<string>();
  const first = cache("a", () => making.promise);
  nowMs += 1000;
  const second = get("a");
  making.resolve("late");

  expect(await Promise.all([first, second])).toEqual(["late", "late"]);
  expect(made).toEqual([]);
  expect(await get("a")).toBe("a1");
});

test("a failure reaches all who waited and is not kept", async () => {
  const first = cache("a", fail);
  const second = cache("a", fail);

  await expect(first).rejects.toThrow("away");
  await expect(second).rejects.toThrow("away");
  expect(await get("a")).toBe("a1");
});

test("the oldest entry goes when there are too many", async () => {
  for (const key of ["a", "b", "c", "b", "a"]) await get(key);

  expect(made).toEqual(["a", "b", "c", "a"]);
});
