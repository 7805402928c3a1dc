import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Asks the compiler whether this value is one of a type of `@types/aws-lambda`; returns what it says against it. */
export function checkLambdaType(typeName: string, value: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), "types-"));
  try {
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          noEmit: true,
          skipLibCheck: true,
          types: [],
          module: "nodenext",
          paths: {
            "aws-lambda": [join(root, "node_modules/@types/aws-lambda")],
          },
        },
        files: ["value.ts"],
      }),
    );
    writeFileSync(
      join(folder, "value.ts"),
      `import type { ${typeName} } from "aws-lambda";\nexport const value: ${typeName} = ${JSON.stringify(value)};\n`,
    );
    const { stdout, error } = spawnSync(
      join(root, "node_modules/.bin/tsc"),
      ["--project", folder],
      { cwd: folder, encoding: "utf8" },
    );
    if (error !== undefined) throw error;
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
