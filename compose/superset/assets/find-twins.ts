import type { Assets } from "./parse-assets.ts";

/** Finds what is there twice, or under one name in two ways. */
export function findTwins(assets: Assets): string[] {
  const { databases, datasets, charts, dashboards } = assets;
  const all: (readonly [path: string, asset: { readonly uuid: string }])[] = [
    ...databases,
    ...datasets,
    ...charts,
    ...dashboards,
  ];
  return [
    ...findRepeated("uuid", all, ({ uuid }) => uuid),
    ...findRepeated("name", databases, ({ database_name: name }) => name),
    ...findRepeated("name", datasets, ({ table_name: name }) => name),
    ...findRepeated("name", charts, ({ slice_name: name }) => name),
    ...findRepeated("name", dashboards, ({ dashboard_title: name }) => name),
    ...findRepeated("slug", dashboards, ({ slug }) => slug),
    ...findRepeated("content", charts, ({ params, dataset_uuid: dataset }) =>
      JSON.stringify([dataset, params]),
    ),
    ...findRepeated("content", dashboards, ({ position }) =>
      JSON.stringify(position),
    ),
    ...[...datasets].flatMap(([path, { columns, metrics }]) =>
      [
        ...listRepeated(columns.map(({ column_name: name }) => name)),
        ...listRepeated(metrics.map(({ metric_name: name }) => name)),
      ].map((name) => `${path}: has ${name} twice`),
    ),
    ...findTwoMeanings(assets),
  ];
}

function findRepeated<Asset>(
  what: string,
  files: Iterable<readonly [path: string, asset: Asset]>,
  keyOf: (asset: Asset) => string,
): string[] {
  const first = new Map<string, string>();
  const faults: string[] = [];
  for (const [path, asset] of files) {
    const key = keyOf(asset);
    const other = first.get(key);
    if (other === undefined) first.set(key, path);
    else faults.push(`${path}: has the ${what} of ${other}`);
  }
  return faults;
}

function listRepeated(names: readonly string[]): string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}

/** Metrics and computed columns that are one thing in one dataset and another thing in the next. */
function findTwoMeanings({ datasets }: Assets): string[] {
  const first = new Map<string, { path: string; meaning: string }>();
  const faults: string[] = [];
  for (const [path, { columns, metrics }] of datasets) {
    const defined = [
      ...metrics.map(({ metric_name: name, ...meaning }) => ({
        name: `metric ${name}`,
        meaning,
      })),
      ...columns.flatMap(({ column_name: name, ...meaning }) =>
        meaning.expression === undefined
          ? []
          : [{ name: `column ${name}`, meaning }],
      ),
    ];
    for (const { name, meaning } of defined) {
      const text = JSON.stringify(meaning, Object.keys(meaning).sort());
      const other = first.get(name);
      if (other === undefined) first.set(name, { path, meaning: text });
      else if (other.meaning !== text)
        faults.push(
          `${path}: its ${name} is not that of ${other.path}; expected one meaning for one name`,
        );
    }
  }
  return faults;
}
