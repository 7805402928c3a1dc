import type { Finding, FindingState } from "./finding.ts";

const MARKS: Readonly<Record<FindingState, string>> = {
  ok: "ok     ",
  warning: "WARNING",
  fault: "FAULT  ",
  unknown: "unknown",
};

/** One finding a line, with its next step on the line below, and a sum at the end. */
export function renderFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  const lines = findings.flatMap(({ subject, state, text, nextStep }) => {
    const head = `${MARKS[state]}  ${subject.padEnd(width)}  `;
    const indent = "\n" + " ".repeat(head.length);
    return [
      head + text.replaceAll(/\n\s*/g, indent),
      ...(nextStep === undefined
        ? []
        : [`${" ".repeat(head.length)}-> ${nextStep}.`]),
    ];
  });
  return [...lines, summarize(findings)].join("\n");
}

function summarize(findings: readonly Finding[]): string {
  const count = (wanted: FindingState) =>
    findings.filter(({ state }) => state === wanted).length;
  return `${count("fault")} faults, ${count("warning")} warnings, ${count("unknown")} unknown, ${count("ok")} in order.`;
}
