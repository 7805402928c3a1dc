import { mkdir, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

import { ASSETS_PATH, type PageFiles } from "./bundle-page.ts";

/** Says what the folder holds, for the function that serves it; paths are below the folder. */
export interface AssetManifest {
  readonly html: string;
  /** By the path of the address. */
  readonly files: Readonly<
    Record<
      string,
      {
        readonly path: string;
        /** The content type. */
        readonly type: string;
        /** The same file compressed. */
        readonly brotliPath: string;
      }
    >
  >;
}

const HTML_FILE = "index.html";
const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

const compress = promisify(brotliCompress);

/** Writes the files, each with its compressed copy, then the manifest, then the last file. */
export async function writeAssets(
  folder: string,
  { html, assets }: PageFiles,
  [lastName, lastContent]: readonly [name: string, content: string],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const write = (name: string, content: string | Uint8Array) =>
    writeFile(join(folder, name), content);
  await write(HTML_FILE, html);
  await Promise.all(
    assets.map(async ({ name, contents }) => {
      await write(name, contents);
      await write(brotliNameOf(name), await compressFully(contents));
    }),
  );
  const manifest: AssetManifest = {
    html: HTML_FILE,
    files: Object.fromEntries(
      assets.map(({ name }) => [
        `${ASSETS_PATH}${name}`,
        { path: name, type: typeOf(name), brotliPath: brotliNameOf(name) },
      ]),
    ),
  };
  await write("manifest.json", `${JSON.stringify(manifest, null, 2)}\n`);
  await write(lastName, lastContent);
}

function brotliNameOf(name: string): string {
  return `${name}.br`;
}

function compressFully(contents: Uint8Array): Promise<Buffer> {
  return compress(contents, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: contents.length,
    },
  });
}

function typeOf(name: string): string {
  const type = TYPES[extname(name)];
  if (type === undefined)
    throw new Error(`No content type is known for ${name}`);
  return type;
}
