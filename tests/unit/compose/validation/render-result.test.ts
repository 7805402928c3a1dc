import { expect, test } from "vitest";

import { renderResult } from "#compose/validation/render-result.ts";
import type { ValidationCheck } from "#compose/validation/result.ts";

const passed: ValidationCheck = {
  name: "a",
  title: "All is well.",
  passed: true,
  violationCount: 0,
  violations: [],
};

test("checks are marked, and the last line counts them", () => {
  const text = renderResult({
    ok: false,
    reports: [],
    checks: [
      passed,
      {
        ...passed,
        title: "None is lost.",
        passed: false,
        violationCount: 1,
        violations: [{ id: 7 }],
      },
      { ...passed, title: "None is late.", skippedBecause: "nobody asked" },
    ],
  });

  expect(text.split("\n")).toEqual([
    "✓ All is well.",
    "✗ None is lost. 1 violation:",
    "┌────┐",
    "│ id │",
    "├────┤",
    "│ 7  │",
    "└────┘",
    "– None is late. Not checked: nobody asked.",
    "",
    "Checks: 1 passed, 1 failed, 1 not checked.",
  ]);
});

test("violations that are not shown are counted", () => {
  const text = renderResult({
    ok: false,
    reports: [],
    checks: [
      {
        ...passed,
        passed: false,
        violationCount: 300,
        violations: [{ id: 1 }, { id: 2 }],
      },
    ],
  });

  expect(text).toContain("✗ All is well. 300 violations, the first 2 of them:");
});

test("reports come before the checks, and an empty one says so", () => {
  const text = renderResult({
    ok: true,
    checks: [passed],
    reports: [
      { name: "r", title: "Top.", columns: ["n"], rows: [{ n: 1 }] },
      { name: "s", title: "Nothing.", columns: [], rows: [] },
    ],
  });

  expect(text).toMatch(
    /^Top\.\n┌[^]*Nothing\.\n\(no rows\)\n\n✓ All is well\./,
  );
});

test("times are shown in UTC with all their digits, empty fields as nothing, long ones cut", () => {
  const text = renderResult({
    ok: true,
    checks: [],
    reports: [
      {
        name: "r",
        title: "Cells.",
        columns: ["at", "none", "long"],
        rows: [
          {
            at: "2026-03-01T10:00:00.000001+00:00",
            none: null,
            long: "x".repeat(100),
          },
        ],
      },
    ],
  });

  expect(text).toContain(
    `│ 2026-03-01 10:00:00.000001Z │      │ ${"x".repeat(59)}… │`,
  );
});
