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
const INSERT = join(
  "sql",
  "queries",
  "aggregate-micro-batch",
  "insert_facts.sql",
);
const MIGRATION = `
  alter table stream_events add column mood text;
  create table next_version_inserts (fact_count bigint not null);
  grant insert on next_version_inserts to ingest`;
/** What its insert does beside: it notes how many facts came by it. */
const NOTE = `,
  note as (
    insert into next_version_inserts select count(*) from inserted
  )
select
  exists (`;

/** Copies the code and changes the copy: a column more, and an insert that notes in a table of its own what it did. */
export async function copyAsNextVersion(): Promise<NextVersion> {
  const root = await mkdtemp(join(tmpdir(), "next-version-"));
  for (const part of PARTS)
    await cp(join(PROJECT_ROOT, part), join(root, part), { recursive: true });
  await symlink(join(PROJECT_ROOT, "node_modules"), join(root, "node_modules"));
  const text = await readFile(join(root, INSERT), "utf8");
  const changed = text.replace(/\nselect\n {2}exists \(/, NOTE);
  if (changed === text) throw new Error(`${INSERT} has changed its end.`);
  await writeFile(join(root, INSERT), changed);
  return {
    root,
    migration: MIGRATION,
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
