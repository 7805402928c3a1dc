import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";

import { afterAll, beforeAll, expect, it } from "vitest";

import { ASSETS_FOLDER, buildPage } from "#compose/page/build-page.ts";
import type { AssetManifest } from "#compose/page/write-assets.ts";
import { PROJECT_ROOT } from "#compose/runner/project-root.ts";

const KILOBYTE = 1024;
/** Of all that is loaded for the first drawing, and of what the map brings beyond it. */
const FIRST_DRAW_BUDGET = 300 * KILOBYTE;
const MAP_BUDGET = 100 * KILOBYTE;
const COPIED = [
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "functions/dashboard/page",
  "shared/domain/dashboards",
  "compose/page",
];

let root: string;
let folder: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "page-"));
  folder = join(root, ASSETS_FOLDER);
  for (const path of COPIED)
    cpSync(join(PROJECT_ROOT, path), join(root, path), { recursive: true });
  symlinkSync(join(PROJECT_ROOT, "node_modules"), join(root, "node_modules"));
  await buildPage({ root });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const read = (path: string) => readFileSync(join(folder, path), "utf8");
const readManifest = (): AssetManifest => JSON.parse(read("manifest.json"));

/** The addresses of all files that the page loads by itself. */
const listReferred = () =>
  [...read(readManifest().html).matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(
    ([, path = ""]) => path,
  );

function weigh(addresses: readonly string[]): number {
  const { files } = readManifest();
  return addresses
    .map((address) => files[address]?.brotliPath ?? "none")
    .reduce((sum, path) => sum + statSync(join(folder, path)).size, 0);
}

it("the page refers to built files only, of every kind, and carries no script or style itself", () => {
  const html = read(readManifest().html);

  const extensions = listReferred().map((path) => path.split(".").at(-1));
  expect(new Set(extensions)).toEqual(new Set(["js", "css", "svg"]));
  expect(Object.keys(readManifest().files)).toEqual(
    expect.arrayContaining(listReferred()),
  );
  expect(html).not.toMatch(/<style|style=|<script(?![^>]* src=)|\son\w+=/);
});

it("every file is there with its type, and compressed as the same bytes", () => {
  const { files } = readManifest();

  for (const [address, { path, type, brotliPath }] of Object.entries(files)) {
    expect(address).toMatch(/^\/assets\/[\w-]+\.\w{8}\.(js|css|svg)$/);
    expect(type).toMatch(
      /^(text\/(javascript|css); charset=utf-8|image\/svg\+xml)$/,
    );
    expect(
      brotliDecompressSync(readFileSync(join(folder, brotliPath))).equals(
        readFileSync(join(folder, path)),
      ),
    ).toBe(true);
  }
});

it("the first drawing and the map beyond it keep to their budgets", () => {
  const first = weigh(listReferred());
  const all = weigh(Object.keys(readManifest().files));
  const [firstKilobytes, mapKilobytes] = [first, all - first].map((bytes) =>
    (bytes / KILOBYTE).toFixed(1),
  );

  console.info(
    `First drawing: ${firstKilobytes} KB brotli; map: ${mapKilobytes} KB more`,
  );
  expect(first).toBeLessThan(FIRST_DRAW_BUDGET);
  expect(all - first).toBeLessThan(MAP_BUDGET);
  // The map is a file of its own, or it would be in the first weight.
  expect(all - first).toBeGreaterThan(10 * KILOBYTE);
});

it("nothing is built again until a source changes, and then the changed file has another name", async () => {
  const before = { names: readdirSync(folder), madeAt: madeAt() };

  await buildPage({ root });
  expect({ names: readdirSync(folder), madeAt: madeAt() }).toEqual(before);

  appendFileSync(
    join(root, "functions/dashboard/page/page.css"),
    "\nh1 { letter-spacing: 0.01em; }\n",
  );
  await buildPage({ root });
  expect(styles(readdirSync(folder))).toHaveLength(1);
  expect(styles(readdirSync(folder))).not.toEqual(styles(before.names));
});

it("a fault in a source is told with file and line, and leaves the built page as it was", async () => {
  const path = join(root, "functions/dashboard/page/address.ts");
  const source = readFileSync(path, "utf8");
  const names = readdirSync(folder);

  appendFileSync(path, "\nconst = 1;\n");

  await expect(buildPage({ root })).rejects.toThrow(
    /functions\/dashboard\/page\/address\.ts:\d+:\d+: ERROR/,
  );
  expect(readdirSync(folder)).toEqual(names);
  rmSync(path);
  appendFileSync(path, source);
});

function styles(names: readonly string[]): string[] {
  return names.filter((name) => name.endsWith(".css"));
}

function madeAt(): number {
  return statSync(join(folder, "manifest.json")).mtimeMs;
}
