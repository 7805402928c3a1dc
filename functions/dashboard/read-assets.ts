import { readFile } from "node:fs/promises";
import { z } from "zod";

import { PipelineError } from "#shared/errors.ts";

/** A file of the page. */
export interface Asset {
  readonly type: string;
  readonly content: Buffer;
  /** The same, compressed by brotli. */
  readonly brotli: Buffer | undefined;
}

/** The built page. */
export interface Assets {
  readonly html: Buffer;
  /** By path, such as `/assets/app.1a2b3c.js`. */
  readonly files: ReadonlyMap<string, Asset>;
}

const manifestSchema = z.object({
  html: z.string(),
  files: z.record(
    z.string(),
    z.object({
      path: z.string(),
      type: z.string(),
      brotliPath: z.string().optional(),
    }),
  ),
});

/**
 * Reads what `compose/page` has built; `folder` ends with a slash.
 *
 * @throws PipelineError `page_not_built`
 */
export async function readAssets(folder: URL): Promise<Assets> {
  const text = await readManifest(new URL("manifest.json", folder));
  const { html, files } = manifestSchema.parse(JSON.parse(text));
  const read = (path: string) => readFile(new URL(path, folder));
  const assets = await Promise.all(
    Object.entries(files).map(async ([name, { path, type, brotliPath }]) => {
      const content = await read(path);
      const brotli =
        brotliPath === undefined ? undefined : await read(brotliPath);
      return [name, { type, content, brotli }] as const;
    }),
  );
  return { html: await read(html), files: new Map(assets) };
}

async function readManifest(file: URL): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new PipelineError(
      "The page of the dashboards is not built. npm start and npx serverless package build it; do that first.",
      { code: "page_not_built", domain: "user", cause },
    );
  }
}
