/** Writes a line for people to the standard output. */
export function writeLine(text: string): void {
  process.stdout.write(`${text}\n`);
}
