/** Writes a number with a comma after every three digits. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}
