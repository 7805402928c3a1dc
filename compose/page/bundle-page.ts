import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";

import { build, type BuildOptions, type BuildResult } from "esbuild";

/** A file of the page by its name. */
export interface PageFile {
  readonly name: string;
  readonly contents: Uint8Array;
}

/** The page's HTML and the files that it refers to, whose names hold a hash of their content. */
export interface PageFiles {
  readonly html: string;
  readonly assets: readonly PageFile[];
}

/** Where the files are served; the HTML refers to them by it. */
export const ASSETS_PATH = "/assets/";

const SOURCE_FOLDER = "functions/dashboard/page";
const ICON = "favicon.svg";
/** What draws: the page asks for it as soon as it runs. */
const CHARTS = "charts/echarts.ts";

const OPTIONS = {
  bundle: true,
  write: false,
  minify: true,
  metafile: true,
  format: "esm",
  // What draws charts becomes a file of its own, and so does the map.
  splitting: true,
  entryNames: "[name].[hash]",
  chunkNames: "[name].[hash]",
  // The oldest browsers that have all that the page uses, such as AbortSignal.any.
  target: ["chrome116", "firefox124", "safari17.4"],
  logLevel: "silent",
} as const satisfies BuildOptions;

/** Bundles the page; throws what esbuild throws. */
export async function bundlePage(root: string): Promise<PageFiles> {
  const folder = join(root, SOURCE_FOLDER);
  const result = await build({
    ...OPTIONS,
    absWorkingDir: root,
    // Nothing is written there by esbuild; names are relative to it.
    outdir: join(root, "assets"),
    entryPoints: [
      { in: join(folder, "main.ts"), out: "app" },
      { in: join(folder, "page.css"), out: "page" },
    ],
  });
  const assets = result.outputFiles.map(({ path, contents }) => ({
    name: basename(path),
    contents,
  }));
  const icon = await readFile(join(folder, ICON));
  const iconName = nameByContent(ICON, icon);
  const html = referTo(await readFile(join(folder, "index.html"), "utf8"), {
    "main.ts": findOutput(result, "main.ts"),
    "page.css": findOutput(result, "page.css"),
    [ICON]: iconName,
  });
  return {
    html: preload(html, listPreloaded(result)),
    assets: [...assets, { name: iconName, contents: icon }],
  };
}

type Bundle = BuildResult<typeof OPTIONS & { metafile: true }>;

function findOutput(
  { metafile }: Pick<Bundle, "metafile">,
  source: string,
): string {
  const found = Object.entries(metafile.outputs).find(
    ([, { entryPoint }]) => entryPoint === `${SOURCE_FOLDER}/${source}`,
  );
  if (found === undefined) throw new Error(`esbuild made nothing of ${source}`);
  return basename(found[0]);
}

/**
 * What the page's script loads before the first charts are drawn; without a hint the browser would learn of each file only
 * from the one before.
 */
function listPreloaded(bundle: Pick<Bundle, "metafile">): string[] {
  const { outputs } = bundle.metafile;
  const listStaticImports = (name: string): string[] =>
    Object.entries(outputs)
      .filter(([path]) => basename(path) === name)
      .flatMap(([, { imports }]) => imports)
      .filter(({ kind }) => kind === "import-statement")
      .map(({ path }) => basename(path));
  const charts = findOutput(bundle, CHARTS);
  return [
    ...new Set([
      ...listStaticImports(findOutput(bundle, "main.ts")),
      charts,
      ...listStaticImports(charts),
    ]),
  ];
}

function nameByContent(name: string, contents: Uint8Array): string {
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 8);
  const extension = extname(name);
  return `${basename(name, extension)}.${hash}${extension}`;
}

/** Puts the names of the built files in place of the sources'. */
function referTo(
  html: string,
  names: Readonly<Record<string, string>>,
): string {
  return Object.entries(names).reduce((text, [source, built]) => {
    const parts = text.split(`"${source}"`);
    if (parts.length !== 2)
      throw new Error(
        `index.html refers to ${source} ${parts.length - 1} times; expected once`,
      );
    return parts.join(`"${ASSETS_PATH}${built}"`);
  }, html);
}

function preload(html: string, names: readonly string[]): string {
  const links = names.map(
    (name) => `<link rel="modulepreload" href="${ASSETS_PATH}${name}" />\n    `,
  );
  return html.replace("<script", `${links.join("")}<script`);
}
