import type { Client } from "pg";

import type { Statement } from "#shared/sql.ts";

/** A node of a plan, as `explain (format json)` names its properties. */
export interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly "CTE Name"?: string;
  readonly "Index Cond"?: string;
  readonly "Parent Relationship"?: string;
  /** How an aggregate finds its groups: `Hashed`, `Sorted` or, without groups, `Plain`. */
  readonly Strategy?: string;
  readonly Plans?: readonly PlanNode[];
}

/** How the server plans a prepared statement: for its values, or once for all values. */
export type PlanMode = "force_custom_plan" | "force_generic_plan";

/** The nodes of the plan of a prepared statement, with `literals` as SQL text; nothing is executed. */
export async function explainStatement(
  client: Client,
  { text }: Statement,
  literals: readonly string[],
  mode: PlanMode,
): Promise<PlanNode[]> {
  await client.query(`set local plan_cache_mode = ${mode}`);
  await client.query(`prepare explained as ${text}`);
  const values = literals.length === 0 ? "" : `(${literals.join(", ")})`;
  const { rows } = await client.query<{
    "QUERY PLAN": readonly [{ readonly Plan: PlanNode }];
  }>(`explain (format json) execute explained ${values}`);
  await client.query("deallocate explained");
  return rows.flatMap((row) => flatten(row["QUERY PLAN"][0].Plan));
}

/** A node and all nodes below it. */
export function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

/** How a plan reads a table: node type and index of every scan of it. */
export function findScans(nodes: readonly PlanNode[], table: string): string[] {
  return nodes
    .filter(
      (node) =>
        node["Relation Name"] === table && /Scan/.test(node["Node Type"]),
    )
    .map((node) =>
      [
        node["Node Type"],
        node["Index Name"] ??
          // A bitmap's index is named by a node below; what is read first for its condition has indexes of its own.
          (node.Plans ?? [])
            .filter((below) => below["Parent Relationship"] !== "InitPlan")
            .flatMap(flatten)
            .find((below) => below["Index Name"] !== undefined)?.["Index Name"],
      ]
        .filter((part) => part !== undefined)
        .join(" on "),
    );
}
