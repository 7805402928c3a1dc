import type { DashboardDefinition } from "../answer.ts";
import { BUCKET, category, series, STREAMS, value } from "../columns.ts";

const COUNTRY = category("country", "Country");
const REGION = category("region", "Region");
const UNIQUE_USERS = value("unique_users", "Unique users", "count");
const DISTINCT =
  "Different users of the whole period; whoever listened in two places counts in both.";
const LARGEST = "The 15 largest.";

/** Where is listened. */
export const GEOGRAPHIC: DashboardDefinition = {
  title: "Geographic",
  charts: [
    {
      id: "streams-by-country",
      title: "Streams by country",
      kind: "bar",
      note: LARGEST,
      columns: [COUNTRY, STREAMS],
    },
    {
      id: "map",
      title: "Streams on the map",
      kind: "map",
      columns: [COUNTRY, STREAMS],
    },
    {
      id: "unique-users-by-region",
      title: "Unique users by region",
      kind: "bar",
      note: `${LARGEST} ${DISTINCT}`,
      columns: [REGION, UNIQUE_USERS],
    },
    {
      id: "unique-users-by-country",
      title: "Unique users by country",
      kind: "bar",
      note: `${LARGEST} ${DISTINCT}`,
      columns: [COUNTRY, UNIQUE_USERS],
    },
    {
      id: "top-cities",
      title: "Top 5 cities",
      kind: "line",
      columns: [BUCKET, series("city", "City"), STREAMS],
    },
    {
      id: "streams-by-region",
      title: "Streams by region",
      kind: "bar",
      note: LARGEST,
      columns: [REGION, STREAMS],
    },
  ],
};
