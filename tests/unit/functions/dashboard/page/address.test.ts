import { expect, it, test } from "vitest";

import {
  endAfter,
  formatAddress,
  formatAnswerPath,
  formatCsvPath,
  parseAddress,
} from "#functions/dashboard/page/address.ts";

const UNTIL = "2026-11-28T04:05:00Z";

test.for([
  ["", { dashboard: "pipeline", period: "1h" }],
  ["#user-engagement", { dashboard: "user-engagement", period: "1h" }],
  ["#devices?period=24h", { dashboard: "devices", period: "24h" }],
  [
    "#geographic?until=2026-11-28T04%3A05%3A00Z",
    { dashboard: "geographic", period: "1h", until: UNTIL },
  ],
  ["#nothing?period=9h&other=1", { dashboard: "pipeline", period: "1h" }],
  ["#__proto__", { dashboard: "pipeline", period: "1h" }],
] as const)("%s opens %o", ([hash, address]) => {
  expect(parseAddress(hash)).toEqual(address);
});

it("an address is read as it was written", () => {
  const address = {
    dashboard: "hourly-trends",
    period: "24h",
    until: "2026-11-28T05:05:00+01:00",
  } as const;

  expect(parseAddress(formatAddress(address))).toEqual(address);
});

it("the defaults are not in the address", () => {
  expect(formatAddress({ dashboard: "devices", period: "1h" })).toBe(
    "#devices",
  );
});

it("the API is asked for the same, and for the CSV of one chart of it", () => {
  const address = {
    dashboard: "devices",
    period: "24h",
    until: UNTIL,
  } as const;

  expect(formatAnswerPath(address)).toBe(
    "/api/dashboards/devices?period=24h&until=2026-11-28T04%3A05%3A00Z",
  );
  expect(formatCsvPath({ dashboard: "devices", period: "1h" }, "usage")).toBe(
    "/api/dashboards/devices/usage.csv?period=1h",
  );
});

test.for([
  ["2026-03-01T12:08:59.999Z", 300, "2026-03-01T12:10:00Z"],
  // The end is exclusive, so a play at the border is in the next bucket.
  ["2026-03-01T12:10:00Z", 300, "2026-03-01T12:15:00Z"],
  ["2026-03-01T12:10:00Z", 3600, "2026-03-01T13:00:00Z"],
  ["2026-03-01T23:59:59Z", 3600, "2026-03-02T00:00:00Z"],
] as const)(
  "the bucket of a play at %s of %i s ends at %s",
  ([playedAt, bucketSeconds, end]) => {
    expect(endAfter(playedAt, bucketSeconds)).toBe(end);
  },
);
