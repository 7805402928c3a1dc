import { expect, test } from "vitest";

import { parseExposition } from "#tests/support/prometheus/parse-exposition.ts";

const COUNTER =
  '# HELP a_total What it is\n# TYPE a_total counter\na_total{b="x"} 1\na_total{b="y\\"\\n"} 2.5e+3\n';
const HISTOGRAM =
  '# HELP h_seconds How long\n# TYPE h_seconds histogram\nh_seconds_bucket{le="1",f="g"} 2\nh_seconds_bucket{le="+Inf",f="g"} 3\nh_seconds_sum{f="g"} 4.5\nh_seconds_count{f="g"} 3\n';

test("families are read with their types, labels and values", () => {
  const families = parseExposition(`${COUNTER}\n${HISTOGRAM}`);

  expect(families.get("a_total")).toEqual({
    name: "a_total",
    type: "counter",
    samples: [
      { name: "a_total", labels: { b: "x" }, value: 1 },
      { name: "a_total", labels: { b: 'y"\n' }, value: 2500 },
    ],
  });
  expect(families.get("h_seconds")?.samples).toHaveLength(4);
});

test("comments are passed over", () => {
  const text = `# Why: HELP is far\n${COUNTER}# The end\n`;

  expect(parseExposition(text)).toEqual(parseExposition(COUNTER));
});

test.each([
  ["a comment in the middle of a line", COUNTER.replace(" 1\n", " 1 # one\n")],
  ["a comment without an end", `${COUNTER}# The end`],
  ["no end of the last line", COUNTER.trimEnd()],
  ["a family without a type", "# HELP a_total What\na_total 1\n"],
  ["a family without help", "# TYPE a_total counter\na_total 1\n"],
  ["a family that comes twice", COUNTER + COUNTER],
  ["a sample that comes twice", `${COUNTER}a_total{b="x"} 1\n`],
  ["a sample of another family", `${COUNTER}b_total 1\n`],
  ["a label that is not quoted", COUNTER.replace('"x"', "x")],
  ["a label that comes twice", COUNTER.replace('b="x"', 'b="x",b="x"')],
  ["an unknown escape", COUNTER.replace("\\n", "\\t")],
  ["no number", COUNTER.replace(" 1\n", " one\n")],
  ["an unknown number", COUNTER.replace(" 1\n", " NaN\n")],
  ["a counter below zero", COUNTER.replace(" 1\n", " -1\n")],
  ["a counter without its ending", COUNTER.replaceAll("a_total", "a")],
  ["a gauge with a counter's ending", COUNTER.replace(" counter", " gauge")],
  ["buckets that shrink", HISTOGRAM.replace("} 2\n", "} 4\n")],
  ["a count beside the last bucket", HISTOGRAM.replace("} 3\n", "} 2\n")],
  ["a histogram without its last bucket", HISTOGRAM.replace("+Inf", "2")],
])("%s is refused", (_, text) => {
  expect(() => parseExposition(text)).toThrow(SyntaxError);
});
