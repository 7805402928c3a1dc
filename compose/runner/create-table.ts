import Table from "cli-table3";

/** Returns a table with plain heads: colours are for a terminal, and `npm run status` is piped too. */
export function createTable(
  head: string[],
  colAligns: ("left" | "right")[],
): Table.Table {
  return new Table({
    head,
    colAligns,
    style: { head: [], border: [], compact: true },
  });
}
