import { expect, test } from "vitest";

import { loadCatalogue } from "#compose/runner/load-catalogue.ts";
import { fixedOffsets, RecordingInvoker } from "./fakes.ts";

const COMPLETE = {
  users: 100,
  artists: 50,
  albums: 100,
  songs: 500,
  devices: 10,
  locations: 50,
};

async function load(
  ends: Record<string, number>,
  sendsAgain = false,
): Promise<unknown[]> {
  const invoker = new RecordingInvoker();
  const steps: unknown[] = [];
  await loadCatalogue({
    invoker,
    offsets: fixedOffsets(ends),
    seed: 7,
    sizes: {},
    sendsAgain,
    waitUntilLoaded: (topics) => {
      steps.push(
        ...invoker.events.splice(0).map(({ event }) => event),
        `loaded ${topics.join()}`,
      );
      return Promise.resolve();
    },
    onProgress: () => undefined,
  });
  return steps;
}

test("albums are sent when the artists that they refer to are loaded", async () => {
  await expect(load({})).resolves.toEqual([
    {
      dimensions: ["users", "artists", "songs", "devices", "locations"],
      seed: 7,
      catalogue: {},
    },
    "loaded users,artists,songs,devices,locations",
    { dimensions: ["albums"], seed: 7, catalogue: {} },
    "loaded albums",
  ]);
});

test("what the topics hold is not sent again, and still waited for", async () => {
  await expect(load(COMPLETE)).resolves.toEqual([
    "loaded users,artists,songs,devices,locations",
    "loaded albums",
  ]);
});

test("a dimension that was sent in part is sent again", async () => {
  const [first] = await load({ ...COMPLETE, songs: 499 });

  expect(first).toMatchObject({ dimensions: ["songs"] });
});

test("another catalogue is sent whole", async () => {
  const [first] = await load(COMPLETE, true);

  expect(first).toMatchObject({
    dimensions: ["users", "artists", "songs", "devices", "locations"],
  });
});
