import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { afterEach, beforeEach, expect, test } from "vitest";

import { readAssets } from "#functions/dashboard/read-assets.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assets-"));
});
afterEach(() => rm(folder, { recursive: true }));

const read = () => readAssets(pathToFileURL(`${folder}/`));
const write = (name: string, content: string) =>
  writeFile(join(folder, name), content);

test("the files of the manifest are read, compressed where they are", async () => {
  await write("page.html", "<!doctype html>");
  await write("a.js", "a");
  await write("a.js.br", "compressed");
  await write("b.svg", "b");
  await write("other", "is in no manifest");
  await write(
    "manifest.json",
    JSON.stringify({
      html: "page.html",
      files: {
        "/assets/a.js": {
          path: "a.js",
          type: "text/javascript",
          brotliPath: "a.js.br",
        },
        "/assets/b.svg": { path: "b.svg", type: "image/svg+xml" },
      },
    }),
  );

  const { html, files } = await read();

  expect(html.toString()).toBe("<!doctype html>");
  expect([...files]).toEqual([
    [
      "/assets/a.js",
      {
        type: "text/javascript",
        content: Buffer.from("a"),
        brotli: Buffer.from("compressed"),
      },
    ],
    [
      "/assets/b.svg",
      {
        type: "image/svg+xml",
        content: Buffer.from("b"),
        brotli: undefined,
      },
    ],
  ]);
});

test("a page that is not built is said to be that", async () => {
  await expect(read()).rejects.toMatchObject({ code: "page_not_built" });
});
