import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

import { runServerless } from "#tests/support/run-serverless.ts";

const TEMPLATE_FILE = "cloudformation-template-update-stack.json";

const templateSchema = z.looseObject({
  Parameters: z.record(
    z.string(),
    z.looseObject({ Default: z.string().optional() }),
  ),
  Conditions: z.record(z.string(), z.unknown()),
  Resources: z.record(
    z.string(),
    z.looseObject({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
});

/** The CloudFormation that `npx serverless package` writes. */
export type Template = z.output<typeof templateSchema>;

/** Runs `npx serverless package` into a folder; returns the template and its path. */
export async function packageTemplate(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly template: Template; readonly path: string }> {
  const { exitCode, stdout, stderr } = await runServerless(
    ["package", "--package", folder],
    environment,
  );
  if (exitCode !== 0)
    throw new Error(`serverless package failed:\n${stdout}${stderr}`);
  const path = join(folder, TEMPLATE_FILE);
  const text = await readFile(path, "utf8");
  return { template: templateSchema.parse(JSON.parse(text)), path };
}
