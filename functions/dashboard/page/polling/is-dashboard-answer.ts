import type {
  Chart,
  DashboardAnswer,
} from "#shared/domain/dashboards/answer.ts";

/**
 * Whether JSON is an answer that can be shown: anything may stand between the server and a reader, such as a page that
 * signs people in. What a single chart holds is the card's matter, which costs no other one when it is wrong.
 */
export function isDashboardAnswer(value: unknown): value is DashboardAnswer {
  return (
    isRecord(value) &&
    typeof value["dashboard"] === "string" &&
    isTime(value["from"]) &&
    isTime(value["until"]) &&
    typeof value["bucketSeconds"] === "number" &&
    (value["newestPlayAt"] === null || isTime(value["newestPlayAt"])) &&
    Array.isArray(value["charts"]) &&
    value["charts"].every(isChart)
  );
}

function isChart(value: unknown): value is Chart {
  return (
    isRecord(value) &&
    ["id", "title", "kind"].every((name) => typeof value[name] === "string") &&
    isListOf(value["columns"], isRecord) &&
    isListOf(value["rows"], Array.isArray) &&
    Array.isArray(value["provisional"])
  );
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => isItem(item));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isTime(value: unknown): boolean {
  return typeof value === "string" && !Number.isNaN(Date.parse(value));
}
