import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";

import { build } from "esbuild";
import { zipSync } from "fflate";

// Some dependencies ask for Node's own modules by `require`, which a module does not have by itself.
const BANNER =
  'import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);';

/** A function's code as Lambda takes it. */
export interface HandlerBundle {
  /** `<module>.<export>` within the archive. */
  readonly handler: string;
  readonly zip: Uint8Array<ArrayBuffer>;
}

/**
 * Bundles a handler with everything that it imports into one module, the AWS SDK and the JSON Schemas included, and
 * packs it with the folder `sql/`. The same sources give the same bytes.
 */
export async function bundleHandler({
  root,
  name,
  handlerModule,
  handlerExport,
}: {
  readonly root: string;
  readonly name: string;
  /** Below the root, without ".ts". */
  readonly handlerModule: string;
  readonly handlerExport: string;
}): Promise<HandlerBundle> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`${handlerModule}.ts`],
    bundle: true,
    write: false,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    banner: { js: BANNER },
    // An optional dependency of pg that is not installed.
    external: ["pg-native"],
    logLevel: "silent",
  });
  const files: Record<string, Uint8Array> = {};
  // One folder deep, as shared/sql.ts is: both find `../sql/` beside it.
  files[`bundle/${name}.mjs`] = outputFiles[0]?.contents ?? new Uint8Array();
  const paths = await Array.fromAsync(glob("sql/**/*.sql", { cwd: root }));
  for (const path of paths.sort())
    files[path] = await readFile(join(root, path));
  // ZIP knows no time before 1980, and any other would change the bytes.
  const zip = zipSync(files, { mtime: "1980-01-01T00:00:00" });
  return { handler: `bundle/${name}.${handlerExport}`, zip };
}
