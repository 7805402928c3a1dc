import { z } from "zod";

import type { ChartQuery } from "../assets/build-query.ts";
import { parseJson, shorten, type SupersetSession } from "./session.ts";

/** Rows of a chart, or why there are none. */
export type ChartResult =
  | {
      readonly kind: "rows";
      readonly rows: readonly Readonly<Record<string, unknown>>[];
    }
  | { readonly kind: "fault"; readonly reason: string };

const dataSchema = z.object({
  result: z.tuple([
    z.object({
      error: z.string().nullish(),
      data: z.array(z.record(z.string(), z.unknown())).nullish(),
    }),
  ]),
});
const faultSchema = z.union([
  z.object({ message: z.string() }).transform(({ message }) => message),
  z
    .object({
      errors: z.tuple([z.object({ message: z.string() })], z.unknown()),
    })
    .transform(({ errors }) => errors[0].message),
]);

/** Asks for the rows of a chart as its page does, past every cache. */
export async function queryChart(
  session: SupersetSession,
  datasetId: number,
  query: ChartQuery,
): Promise<ChartResult> {
  const { status, text } = await session.request("POST", "/api/v1/chart/data", {
    datasource: { id: datasetId, type: "table" },
    force: true,
    queries: [query],
    result_format: "json",
    result_type: "full",
  });
  const body = parseJson(text);
  const data = dataSchema.safeParse(body);
  if (status === 200 && data.success) {
    const [{ error, data: rows }] = data.data.result;
    if (error === null || error === undefined)
      return { kind: "rows", rows: rows ?? [] };
    return { kind: "fault", reason: shorten(error) };
  }
  const fault = faultSchema.safeParse(body);
  return {
    kind: "fault",
    reason: `status ${status}: ${shorten(fault.success ? fault.data : text)}`,
  };
}
