import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { build, type BuildOptions } from "esbuild";

/** Files of a deployment package: path within it, with slashes, to content. */
export type PackageFiles = Readonly<Record<string, Uint8Array>>;

export interface BundleOptions {
  /** The repository. */
  readonly root: string;
  /** Path of the handler's module below it, without ".ts". */
  readonly handlerModule: string;
  readonly handlerExport: string;
}

// Statements are read beside the code as they are here; these are all that functions read.
const SQL_FOLDERS = ["migrations", "queries", "session"];

const OPTIONS = {
  bundle: true,
  write: false,
  platform: "node",
  target: "node24",
  format: "esm",
  // An optional part of the Postgres client, and the SDK that Lambda's Node runtime brings along.
  external: ["pg-native", "@aws-sdk/client-secrets-manager"],
  // The clients are CommonJS and call require for Node's own modules, which a module does not have.
  banner: {
    js: 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
  },
  logLevel: "silent",
} as const satisfies BuildOptions;

/**
 * Bundles one function with what it needs: `bundle/function.mjs` is the code, `sql/` lies beside it as in the
 * repository, and the module that the handler's name points to reads the secrets before it loads the code, which
 * reads its settings as it loads. Files that lie in `assets/` beside the handler lie so beside the code.
 */
export async function bundleFunction({
  root,
  handlerModule,
  handlerExport,
}: BundleOptions): Promise<PackageFiles> {
  const depth = "../".repeat(handlerModule.split("/").length - 1);
  const coldStart = [
    'import { readSecrets } from "#compose/serverless/cold-start/read-secrets.ts";',
    "await readSecrets(process.env);",
    `const { ${handlerExport} } = await import("./${depth}bundle/function.mjs");`,
    `export { ${handlerExport} };`,
  ].join("\n");
  const [code, entry] = await Promise.all([
    build({
      ...OPTIONS,
      entryPoints: [join(root, `${handlerModule}.ts`)],
    }),
    build({
      ...OPTIONS,
      external: [...OPTIONS.external, "*/bundle/function.mjs"],
      stdin: { contents: coldStart, resolveDir: root },
    }),
  ]);
  return {
    [`${handlerModule}.mjs`]: takeOnly(entry.outputFiles),
    "bundle/function.mjs": takeOnly(code.outputFiles),
    ...(await readSqlFiles(root)),
    ...(await readAssets(join(root, dirname(handlerModule), "assets"))),
  };
}

function takeOnly(files: readonly { contents: Uint8Array }[]): Uint8Array {
  const [file] = files;
  if (file === undefined) throw new Error("esbuild gave no file");
  return file.contents;
}

async function readSqlFiles(root: string): Promise<PackageFiles> {
  const files: Record<string, Uint8Array> = {};
  for (const folder of SQL_FOLDERS) {
    const paths = await readdir(join(root, "sql", folder), {
      recursive: true,
    });
    for (const path of paths.filter((name) => name.endsWith(".sql")).sort()) {
      const name = `sql/${folder}/${path}`;
      files[name] = await readFile(join(root, name));
    }
  }
  return files;
}

/** What a page is made of, where a function has one: built before, and absent otherwise. */
async function readAssets(folder: string): Promise<PackageFiles> {
  const files: Record<string, Uint8Array> = {};
  if (!existsSync(folder)) return files;
  for (const entry of await readdir(folder, {
    recursive: true,
    withFileTypes: true,
  })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).replaceAll("\\", "/");
    files[`bundle/assets/${name}`] = await readFile(path);
  }
  return Object.fromEntries(
    Object.entries(files).sort(([left], [right]) => (left < right ? -1 : 1)),
  );
}
