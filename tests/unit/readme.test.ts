import { existsSync, globSync, readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import packageJson from "../../package.json" with { type: "json" };

import { SETTING_NAMES } from "#shared/config.ts";
import {
  DISCARD_REASONS,
  REJECTION_REASONS,
} from "#shared/domain/rejection.ts";
import { METRICS } from "#shared/lambda/metric.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const readme = read("README.md");

/** Names in backquotes that the README does not hold. */
const findMissing = (names: Iterable<string>, text = readme) =>
  [...new Set(names)].filter((name) => !text.includes(`\`${name}\``));

describe("the README names", () => {
  test("every setting", () => {
    expect(findMissing(SETTING_NAMES)).toEqual([]);
  });

  test("every reason for which a record is rejected or given up", () => {
    expect(
      findMissing(Object.keys({ ...REJECTION_REASONS, ...DISCARD_REASONS })),
    ).toEqual([]);
  });

  test("every function of serverless.yml", () => {
    const functions = globSync("functions/*/handler.ts", { cwd: root });
    expect(
      findMissing(functions.map((path) => path.split("/")[1] ?? "")),
    ).toEqual([]);
  });

  test("every error code in the sources", () => {
    const sources = globSync("{functions,shared,compose}/**/*.ts", {
      cwd: root,
    });
    const codes = sources.flatMap((path) =>
      [...read(path).matchAll(/\bcode: "([a-z_]+|[A-Za-z]+Exception)"/g)].map(
        ([, code]) => code ?? "",
      ),
    );
    // "custom" is zod's own.
    expect(findMissing(codes.filter((code) => code !== "custom"))).toEqual([]);
    expect(codes.length).toBeGreaterThan(30);
  });

  test("every command", () => {
    const scripts: Readonly<Record<string, string>> = packageJson.scripts;
    const commands = Object.keys(scripts).filter((name) =>
      /compose\/cli|tests\/(bench|soak)/.test(scripts[name] ?? ""),
    );
    expect(
      commands.filter(
        (name) =>
          !readme.includes(`npm run ${name}`) &&
          !readme.includes(`npm ${name}`),
      ),
    ).toEqual([]);
  });
});

test("the page on metrics names every metric of the functions", () => {
  const page = read("compose/metrics/README.md");

  expect(findMissing(Object.keys(METRICS), page)).toEqual([]);
});

describe("the table of faults", () => {
  const page = read("tests/faults/README.md");
  const rows = [...page.matchAll(/^\| ([\d, ]+\d|\d) +\| .*$/gm)];

  test("has each fault once", () => {
    const numbers = rows.flatMap(([, listed = ""]) =>
      listed.split(", ").map(Number),
    );

    expect(numbers).toEqual(
      Array.from({ length: 38 }, (_, index) => index + 1),
    );
  });

  test("names tests that are there", () => {
    const files = rows.flatMap(([row]) =>
      [...row.matchAll(/`([\w-]+(?:\/[\w-]+)+)`/g)].map(([, path]) => path),
    );

    expect(files.length).toBeGreaterThan(38);
    expect(
      files.filter(
        (path) => !existsSync(new URL(`tests/${path}.test.ts`, root)),
      ),
    ).toEqual([]);
  });
});

describe("the pages of the project", () => {
  const pages = [
    "README.md",
    ...globSync("{compose,functions,shared,sql,tests}/**/README.md", {
      cwd: root,
    }),
  ];
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)#:]+)(#[^)]*)?\)/g)].map(
      ([, target = ""]) => ({ page, target }),
    ),
  );

  test("link to files that are there", () => {
    expect(
      links.filter(
        ({ page, target }) => !existsSync(new URL(target, new URL(page, root))),
      ),
    ).toEqual([]);
    expect(links.length).toBeGreaterThan(8);
  });

  test("are all found from the first one", () => {
    const found = new Set(
      links.map(
        ({ page, target }) =>
          new URL(target, new URL(page, root)).pathname.split(root.pathname)[1],
      ),
    );

    expect(
      pages.filter((page) => page !== "README.md" && !found.has(page)),
    ).toEqual([]);
  });

  test("begin with one of at most 400 lines", () => {
    expect(readme.split("\n").length).toBeLessThanOrEqual(400);
  });
});

test("a name that is not there is noticed", () => {
  expect(findMissing(["port_in_use", "made_up"])).toEqual(["made_up"]);
});
