import type { Theme } from "./theme.ts";

/** How a bar or a cell of a bucket that is not final is drawn: striped and with a broken edge, not by colour alone. */
export function styleProvisional(theme: Theme, colour: string) {
  return {
    opacity: 0.75,
    borderColor: colour,
    borderWidth: 1.5,
    borderType: "dashed" as const,
    decal: {
      symbol: "rect",
      color: theme.stripe,
      dashArrayX: [1, 0],
      dashArrayY: [3, 4],
      rotation: -Math.PI / 4,
    },
  };
}
