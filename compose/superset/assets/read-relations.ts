/** Names of the columns of each table and view. */
export type Relations = ReadonlyMap<string, ReadonlySet<string>>;

const RELATION = /^(?:table|view) (\w+)/;
const COLUMN = /^ {2}"?(\w+)"? "?[a-z]/;
/** What follows a table's columns looks like one. */
const NO_COLUMN = /^ {2}(?:constraint|grant|CREATE|index|policy) /;

/** Reads the tables and views of sql/schema.sql, which describes the migrated database. */
export function readRelations(schema: string): Relations {
  const relations = new Map<string, Set<string>>();
  let columns: Set<string> | undefined;
  for (const line of schema.split("\n")) {
    const relation = RELATION.exec(line)?.[1];
    if (relation !== undefined) {
      columns = new Set();
      relations.set(relation, columns);
      continue;
    }
    const column = NO_COLUMN.test(line) ? undefined : COLUMN.exec(line)?.[1];
    if (column === undefined) columns = undefined;
    else columns?.add(column);
  }
  return relations;
}
