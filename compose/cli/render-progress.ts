const WIDTH = 30;

/** Returns a bar with the numbers that it stands for; one of nothing is full. */
export function renderProgress(
  label: string,
  done: number,
  total: number,
): string {
  const filled = total === 0 ? WIDTH : Math.floor((done / total) * WIDTH);
  return `${label} ${"█".repeat(filled)}${"░".repeat(WIDTH - filled)} ${done} of ${total}`;
}
