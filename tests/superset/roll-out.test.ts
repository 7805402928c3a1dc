import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { strToU8, zipSync } from "fflate";
import { afterAll, beforeEach, expect, test } from "vitest";

import { importBundle } from "#compose/superset/api/import-bundle.ts";
import { listObjects } from "#compose/superset/api/list-objects.ts";
import { BUNDLE_FOLDER } from "#compose/superset/home.ts";
import { locateInstance } from "#compose/superset/instance.ts";
import { runSuperset } from "./support/run-superset.ts";
import { placeOfRun, signInToRun } from "./support/session.ts";

const place = placeOfRun();

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "superset-bundle-"));
  await cp(BUNDLE_FOLDER, folder, { recursive: true });
  return () => rm(folder, { recursive: true });
});
// The other tests look at the bundle as it is committed.
afterAll(async () => {
  await runSuperset(place, "import", "--prune");
});

async function change(path: string, from: string, to: string): Promise<void> {
  const file = join(folder, path);
  const text = await readFile(file, "utf8");
  expect(text).toContain(from);
  await writeFile(file, text.replace(from, to));
}

const importFolder = (...args: readonly string[]) =>
  runSuperset(place, "import", "--bundle", folder, ...args);

async function listCharts() {
  return listObjects(await signInToRun(), "charts");
}

test("a second import rolls out a changed chart, and makes no second one", async () => {
  const before = await listCharts();
  await change(
    "charts/hourly-streams.yaml",
    "slice_name: Streams per hour",
    "slice_name: Plays per hour",
  );
  await change(
    "dashboards/hourly-trends.yaml",
    "sliceName: Streams per hour",
    "sliceName: Plays per hour",
  );

  const { exitCode, stdout, stderr } = await importFolder();

  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain("All 30 charts answer.");
  const after = await listCharts();
  expect(after.map(({ name }) => name).sort()).toEqual(
    before
      .map(({ name }) =>
        name === "Streams per hour" ? "Plays per hour" : name,
      )
      .sort(),
  );
  expect(new Set(after.map(({ id }) => id))).toEqual(
    new Set(before.map(({ id }) => id)),
  );
});

test("a metric that is changed is rolled out with its dataset", async () => {
  const session = await signInToRun();
  await change(
    "datasets/music_streaming/streams_by_hour.yaml",
    "verbose_name: Streams a day",
    "verbose_name: Streams of a day",
  );

  const { exitCode } = await importFolder();

  expect(exitCode).toBe(0);
  const dataset = (await listObjects(session, "datasets")).find(
    ({ name }) => name === "streams_by_hour",
  );
  const { text } = await session.request(
    "GET",
    `/api/v1/dataset/${dataset?.id}`,
  );
  expect(text).toContain('"Streams of a day"');
  expect(text).not.toContain('"Streams a day"');
});

test("what left the bundle is reported, and deleted with --prune, but nothing that people made", async () => {
  const session = await signInToRun();
  const [dataset] = await listObjects(session, "datasets");
  const made = await session.request("POST", "/api/v1/chart/", {
    slice_name: "Made by hand",
    viz_type: "table",
    datasource_id: dataset?.id,
    datasource_type: "table",
    params: "{}",
  });
  await rm(join(folder, "charts/hourly-listen-time.yaml"));
  const dashboard = join(folder, "dashboards/hourly-trends.yaml");
  const text = await readFile(dashboard, "utf8");
  await writeFile(
    dashboard,
    text
      .replace(", CHART-hourly-listen-time]", "]")
      .replace(/ {2}CHART-hourly-listen-time:\n(?: {4}.*\n)+/, ""),
  );

  const reported = await importFolder();
  const kept = await listCharts();
  const pruned = await importFolder("--prune");
  const left = await listCharts();

  expect(made.status).toBe(201);
  expect(reported.stdout).toContain(
    "No longer in the bundle, but still in Superset (--prune deletes it):\n  charts: Average listen time per hour\nAll 29 charts answer.",
  );
  expect(kept).toHaveLength(31);
  expect(pruned.stdout).toContain(
    "Deleted, since no longer in the bundle:\n  charts: Average listen time per hour\n",
  );
  expect(left.map(({ name }) => name)).not.toContain(
    "Average listen time per hour",
  );
  expect(left.map(({ name }) => name)).toContain("Made by hand");
});

test("a dataset that left the bundle stays as long as a chart that people made needs it", async () => {
  const session = await signInToRun();
  const listDatasets = async () =>
    (await listObjects(session, "datasets")).map(({ name }) => name);
  const albums = (await listObjects(session, "datasets")).find(
    ({ name }) => name === "albums",
  );
  const made = await session.request("POST", "/api/v1/chart/", {
    slice_name: "Albums by hand",
    viz_type: "table",
    datasource_id: albums?.id,
    datasource_type: "table",
    params: "{}",
  });
  // No chart of the bundle is made of either.
  for (const name of ["albums", "artists"])
    await rm(join(folder, `datasets/music_streaming/${name}.yaml`));

  const { exitCode, stdout, stderr } = await importFolder("--prune");

  expect(made.status).toBe(201);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain(
    "Deleted, since no longer in the bundle:\n  datasets: artists\n",
  );
  expect(stdout).toMatch(
    /^Kept, though no longer .* by hand need it:\n {2}datasets: albums \(.*Albums by hand.*\)$/m,
  );
  const left = await listDatasets();
  expect(left).toContain("albums");
  expect(left).not.toContain("artists");
});

test("a mistake in a metric makes the import fail, with the chart's name and the database's reason", async () => {
  await change(
    "datasets/music_streaming/streams_by_hour.yaml",
    "COUNT(DISTINCT time_window)",
    "COUNTT(DISTINCT time_window)",
  );

  const { exitCode, stdout, stderr } = await importFolder();

  expect(exitCode).toBe(1);
  expect(stdout).toContain("Imported 26 datasets");
  expect(stderr).toContain(
    "Of the 30 charts that were imported, 1 cannot be drawn:",
  );
  expect(stderr).toMatch(
    /Streams by hour of day \(charts\/streams-by-hour-of-day\.yaml\): .*function countt\(timestamp with time zone\) does not exist/,
  );
});

test("status names the chart that cannot be drawn, and fails for it", async () => {
  await change(
    "datasets/music_streaming/streams_by_hour.yaml",
    "COUNT(DISTINCT time_window)",
    "COUNTT(DISTINCT time_window)",
  );
  await importFolder();

  const broken = await runSuperset(place, "status");
  await runSuperset(place, "import", "--prune");
  const mended = await runSuperset(place, "status");

  expect(broken.exitCode).toBe(1);
  expect(broken.stdout).toMatch(/Streams by hour of day .*countt\(timestamp/);
  expect(mended).toMatchObject({ exitCode: 0, stderr: "" });
  expect(mended.stdout).toContain("Superset 6.1.0 at http://127.0.0.1:");
  expect(mended.stdout).toMatch(/charts +│ +30 │ none/);
});

test("a bundle with a fault is refused before anything is sent", async () => {
  await change(
    "charts/skip-rate.yaml",
    "metrics: [skip_rate]",
    "metrics: [skip_ratio]",
  );

  const { exitCode, stdout, stderr } = await importFolder();

  expect(exitCode).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toContain(
    "charts/skip-rate.yaml: engagement_by_window has no metric skip_ratio",
  );
});

test("what Superset refuses is told with the reason, which only its log has", async () => {
  const archive = zipSync({
    "top/metadata.yaml": strToU8(
      "version: 1.0.0\ntype: assets\ntimestamp: '2026-01-31T12:00:00+00:00'\n",
    ),
    "top/charts/bad.yaml": strToU8("version: 1.0\nslice_name: Bad\n"),
  });

  const refused = importBundle(
    await signInToRun(),
    archive,
    locateInstance(place.dataDir).logFile,
  );

  await expect(refused).rejects.toMatchObject({
    code: "superset_import_refused",
    domain: "user",
    message: expect.stringContaining("charts/bad.yaml"),
  });
});
