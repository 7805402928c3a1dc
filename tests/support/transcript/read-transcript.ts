/** A command of a transcript with what it printed. */
export interface TranscriptStep {
  /** As it stands behind the prompt. */
  readonly command: string;
  /** Of the npm script. */
  readonly name: string;
  readonly args: readonly string[];
  readonly output: string;
}

/** Reads the first console block below a heading of a Markdown text; its commands are npm scripts. */
export function readTranscript(
  markdown: string,
  heading: string,
): TranscriptStep[] {
  const from = markdown.indexOf(`${heading}\n`);
  const [, block] =
    /```console\n([\s\S]*?)```/.exec(markdown.slice(from)) ?? [];
  if (from < 0 || block === undefined)
    throw new Error(`there is no transcript below "${heading}"`);
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [command = "", ...lines] = step.split("\n");
      const [, name, rest = ""] =
        /^npm run -s (\S+)(?: -- (.*))?$/.exec(command) ?? [];
      if (name === undefined) throw new Error(`"${command}" is no npm run -s`);
      return {
        command,
        name,
        args: splitWords(rest),
        output: lines.join("\n"),
      };
    });
}

/** Splits as a shell does, as far as transcripts need it: words, and words in double quotes. */
function splitWords(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? "",
  );
}

/** Writes what differs from run to run alike: times with a fraction, which are of the run and not of its data. */
export function hideTimes(text: string): string {
  return text.replaceAll(
    /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(\d{3,6})Z/g,
    (_, fraction: string) => `<time.${"0".repeat(fraction.length)}>`,
  );
}
