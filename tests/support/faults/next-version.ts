import {
  cp,
  mkdtemp,
  readFile,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { PROJECT_ROOT } from "#compose/runner/project-root.ts";

/** The code of this project as its next version could be. */
export interface NextVersion {
  readonly root: string;
  /** The statements of its migration, all of which the version before it can live with. */
  readonly migration: string;
  remove(): Promise<void>;
}

const PARTS = [
  "compose",
  "functions",
  "shared",
  "sql",
  "tests/support",
  "package.json",
  "serverless.yml",
];
const LEDGER = join("sql", "queries", "ledger", "record_outcomes.sql");
const MIGRATION = `
  alter table stream_events add column mood text;
  create table next_version_inserts (fact_count bigint not null);
  grant insert on next_version_inserts to ingest`;
/** What its ledger does beside: it notes how many facts came by it. */
const NOTE = `
with note as (
  insert into next_version_inserts
  select sum(accepted_count) from jsonb_to_recordset($2::jsonb) as c (accepted_count bigint)
)
merge into`;

/** Copies the code and changes the copy: a column more, and a ledger that notes in a table of its own what came by it. */
export async function copyAsNextVersion(): Promise<NextVersion> {
  const root = await mkdtemp(join(tmpdir(), "next-version-"));
  for (const part of PARTS)
    await cp(join(PROJECT_ROOT, part), join(root, part), { recursive: true });
  await symlink(join(PROJECT_ROOT, "node_modules"), join(root, "node_modules"));
  const text = await readFile(join(root, LEDGER), "utf8");
  const changed = text.replace("\nmerge into", NOTE);
  if (changed === text) throw new Error(`${LEDGER} merges no more.`);
  await writeFile(join(root, LEDGER), changed);
  return {
    root,
    migration: MIGRATION,
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
