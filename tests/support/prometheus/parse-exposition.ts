/** A sample of a scrape. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a scrape says of one metric. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const HEADER = new RegExp(
  `^# HELP (${NAME}) \\S.*\n# TYPE (${NAME}) (counter|gauge|histogram)\n`,
);
const COMMENT = /^# (?!HELP |TYPE ).+\n/;
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.+)\\})? (\\S+)\n`);
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"(?:,|$)/;
const NUMBER = /^[+-]?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|Inf)$/;

/**
 * Reads Prometheus' text format (version 0.0.4), stricter than a server: every family has help and type, comes once,
 * and holds only finite or infinite numbers; counters end in `_total`; a histogram's buckets add up. Throws naming
 * what is wrong. Written from the format's description, not from the library that writes it.
 */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  const families = new Map<string, Family>();
  let rest = text;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const match = pattern.exec(rest);
    if (match !== null) rest = rest.slice(match[0].length);
    return match;
  };
  for (;;) {
    if (rest === "") return families;
    // The library parts families by an empty line, which the format allows.
    if (take(/^\n/) !== null || take(COMMENT) !== null) continue;
    const [, name = "", typedName, type = ""] = take(HEADER) ?? refuse(rest);
    if (typedName !== name || families.has(name)) refuse(`# HELP ${name}`);
    const samples: Sample[] = [];
    for (let match = take(SAMPLE); match !== null; match = take(SAMPLE))
      samples.push(readSample(match));
    checkSamples(name, type, samples);
    families.set(name, { name, type, samples });
  }
}

/** Returns `name` or `name{label="value"}`, labels sorted: what tells a sample from every other one. */
export function describeSample({ name, labels }: Sample): string {
  const shown = Object.keys(labels)
    .sort()
    .map((label) => `${label}="${labels[label]}"`);
  return shown.length === 0 ? name : `${name}{${shown.join(",")}}`;
}

function readSample([line, name = "", labels = "", value = ""]: readonly (
  string | undefined
)[]): Sample {
  if (!NUMBER.test(value)) refuse(line ?? "");
  return {
    name,
    labels: readLabels(labels),
    value: Number(value.replace("Inf", "Infinity")),
  };
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let rest = text; rest !== "";) {
    const [match, name = "", value = ""] = LABEL.exec(rest) ?? refuse(rest);
    if (name in labels) refuse(text);
    labels[name] = value.replaceAll(/\\(.)/g, (_, escaped: string) =>
      escaped === "n" ? "\n" : escaped,
    );
    rest = rest.slice(match.length);
  }
  return labels;
}

function checkSamples(
  name: string,
  type: string,
  samples: readonly Sample[],
): void {
  const identities = samples.map(describeSample);
  if (new Set(identities).size < samples.length) refuse(`${name} twice`);
  if (type === "histogram") {
    checkHistogram(name, samples);
    return;
  }
  if (samples.some((sample) => sample.name !== name)) refuse(name);
  const isCounter = name.endsWith("_total");
  if (isCounter !== (type === "counter")) refuse(`${type} ${name}`);
  if (isCounter && samples.some(({ value }) => value < 0)) refuse(name);
}

function checkHistogram(name: string, samples: readonly Sample[]): void {
  const series = Map.groupBy(samples, ({ labels }) =>
    describeSample({ name, labels: { ...labels, le: "" }, value: 0 }),
  );
  for (const ofSeries of series.values()) {
    const named = (suffix: string) =>
      ofSeries.filter((sample) => sample.name === `${name}_${suffix}`);
    const buckets = named("bucket").map(({ value }) => value);
    const isCumulative = buckets.every(
      (value, index) => value >= (buckets[index - 1] ?? 0),
    );
    const last = named("bucket").at(-1);
    const [count] = named("count");
    if (
      named("sum").length !== 1 ||
      named("count").length !== 1 ||
      ofSeries.length !== buckets.length + 2 ||
      !isCumulative ||
      last?.labels["le"] !== "+Inf" ||
      last.value !== count?.value
    )
      refuse(`histogram ${name}`);
  }
}

function refuse(text: string): never {
  throw new SyntaxError(
    `No exposition format at: ${text.split("\n", 2).join(" ⏎ ")}`,
  );
}
