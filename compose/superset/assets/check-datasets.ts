import type { Dataset } from "./asset-schemas.ts";
import type { Assets } from "./parse-assets.ts";
import type { Relations } from "./read-relations.ts";

/** Finds columns that the database has not, metrics and expressions over such columns, and broken links. */
export function checkDatasets(assets: Assets, relations: Relations): string[] {
  const databases = new Set(
    [...assets.databases.values()].map(({ uuid }) => uuid),
  );
  return [...assets.datasets].flatMap(([path, dataset]) =>
    [
      ...(databases.has(dataset.database_uuid)
        ? []
        : [`database_uuid ${dataset.database_uuid} is no database's`]),
      ...(path.endsWith(`/${dataset.table_name}.yaml`)
        ? []
        : [`table_name is ${dataset.table_name}, unlike the file's name`]),
      ...checkColumns(dataset, relations),
      ...checkExpressions(dataset),
    ].map((fault) => `${path}: ${fault}`),
  );
}

function checkColumns(dataset: Dataset, relations: Relations): string[] {
  const { table_name: table, sql, columns, main_dttm_col: main } = dataset;
  const faults: string[] = [];
  if (sql === null) {
    const known = relations.get(table);
    if (known === undefined)
      faults.push(`${table} is neither a table nor a view of sql/schema.sql`);
    for (const { column_name: column, expression } of columns) {
      if (expression === undefined && known?.has(column) === false)
        faults.push(`${table} has no column ${column} in sql/schema.sql`);
      if (expression !== undefined && known?.has(column) === true)
        faults.push(`${column} is computed, but ${table} has such a column`);
    }
  } else {
    for (const name of listSources(sql))
      if (!relations.has(name))
        faults.push(`sql reads ${name}, which sql/schema.sql does not have`);
  }
  const times = columns.filter(({ is_dttm: isTime }) => isTime === true);
  if (main !== null && !times.some(({ column_name: name }) => name === main))
    faults.push(`main_dttm_col ${main} is no column with is_dttm: true`);
  return faults;
}

/** The tables and views that a query reads, without the queries that it names itself. */
function listSources(sql: string): string[] {
  const text = sql.replaceAll(/--.*$/gm, "");
  const named = new Set(
    [...text.matchAll(/(\w+) as \(/g)].map(([, name]) => name),
  );
  return [...text.matchAll(/\b(?:from|join) (\w+)/g)].flatMap(
    ([, source = ""]) => (named.has(source) ? [] : [source]),
  );
}

function checkExpressions({ columns, metrics }: Dataset): string[] {
  const stored = new Set(
    columns.flatMap(({ column_name: name, expression }) =>
      expression === undefined ? [name] : [],
    ),
  );
  const faults = [
    ...columns.map(({ column_name: name, expression = "" }) => ({
      name,
      expression,
    })),
    ...metrics.map(({ metric_name: name, expression }) => ({
      name,
      expression,
    })),
  ].flatMap(({ name, expression }) =>
    listColumns(expression).flatMap((column) =>
      stored.has(column)
        ? []
        : [`${name} is computed from ${column}, which is no column of it`],
    ),
  );
  const names = new Set(columns.map(({ column_name: name }) => name));
  for (const { metric_name: name } of metrics)
    if (names.has(name))
      faults.push(
        `the metric ${name} has the name of a column: which one is meant would be Superset's guess`,
      );
  return faults;
}

/** Column names of an expression: by the bundle's habit in small letters, and all else but functions and types is not. */
export function listColumns(expression: string): string[] {
  const bare = expression
    .replaceAll(/'(?:[^']|'')*'/g, " ")
    .replaceAll(/::(?:double precision|\w+)/g, " ")
    .replaceAll(/\b\w+\s*\(/g, " ");
  return [...bare.matchAll(/\b[a-z_][a-z0-9_]*\b/g)].map(([name]) => name);
}
