import type { Reading } from "./compare-readings.ts";

type Cells = readonly string[];

/** The tables of `npm run status` by the head of their first column: a row as samples, each with the text of its value. */
const TABLES: Readonly<Record<string, (row: Cells) => Record<string, string>>> =
  {
    topic: ([topic, records = "", lag = "", behind = ""]) => ({
      [`streaming_topic_records_total{topic="${topic}"}`]: records,
      [`streaming_topic_lag_records{topic="${topic}"}`]: lag,
      [`streaming_topic_lag_seconds{topic="${topic}"}`]: behind,
    }),
    windows: ([kind, open = ""]) => ({
      [`streaming_windows_open{window_kind="${kind}"}`]: open,
    }),
    function: ([name, invocations = "", mean = "", , errors = ""]) => ({
      [`streaming_invocation_duration_seconds_count{function="${name}"}`]:
        invocations,
      [`streaming_invocation_duration_seconds_sum{function="${name}"}`]: String(
        readNumber(mean) * readNumber(invocations),
      ),
      ...Object.fromEntries(
        readCounts(errors).map(([kind, count]) => [
          `streaming_invocation_errors_total{function="${name}",kind="${kind}"}`,
          count,
        ]),
      ),
    }),
  };

/** Reads what `npm run status` prints, as a person does; written from what it looks like. */
export function readShown(text: string): Reading {
  const shown: Record<string, number> = {};
  let readRow: ((row: Cells) => Record<string, string>) | undefined;
  for (const line of text.split("\n")) {
    const cells = line.startsWith("│")
      ? line
          .slice(1, -1)
          .split("│")
          .map((cell) => cell.trim())
      : undefined;
    const found = cells === undefined ? readLine(line) : readRow?.(cells);
    if (line.startsWith("┌")) readRow = undefined;
    if (cells !== undefined) readRow ??= TABLES[cells[0] ?? ""];
    for (const [sample, value] of Object.entries(found ?? {}))
      shown[sample] = readNumber(value);
  }
  return shown;
}

function readLine(line: string): Record<string, string> {
  const take = (pattern: RegExp): string[] =>
    pattern.exec(line)?.slice(1) ?? [];
  const [delay] = take(/watermark \S+ \((\S+ s) behind\)/);
  const [rejected] = take(/^rejected [\d,]+ \((.*)\)$/);
  const [letters] = take(/^dead letters (.*)$/);
  const [age] = take(/waiting since \S+ \((\S+ s)\)/);
  const samples: Record<string, string | undefined> = {
    streaming_watermark_delay_seconds: delay,
    streaming_dead_letter_oldest_waiting_seconds: age,
  };
  for (const outcome of ["accepted", "duplicate", "late"])
    [samples[`streaming_plays_${outcome}_total`]] = take(
      new RegExp(` {3}${outcome} ([\\d,]+)(?: |$)`),
    );
  for (const reason of rejected?.split(", ") ?? []) {
    const [name, count] = reason.split(" ");
    samples[`streaming_records_rejected_total{reason="${name}"}`] = count;
  }
  for (const [state, count] of readCounts(letters ?? ""))
    samples[`streaming_dead_letters{state="${state}"}`] = count;
  return Object.fromEntries(
    Object.entries(samples).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}

/** Reads `2 handled, 1,200 throttled`; what follows the word says more of it. */
function readCounts(text: string): [name: string, count: string][] {
  return [...text.matchAll(/(?:^|, )([\d,]+) ([a-z_]+)/g)].map(
    ([, count = "", name = ""]) => [name, count],
  );
}

/** Reads `1,200`, `12 s` and `3.4 ms`, the latter as seconds. */
function readNumber(text: string): number {
  const [number = "", unit] = text.split(" ");
  return Number(number.replaceAll(",", "")) / (unit === "ms" ? 1000 : 1);
}
