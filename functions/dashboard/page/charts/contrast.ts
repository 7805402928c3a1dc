type Rgb = readonly [red: number, green: number, blue: number];

/** The contrast of two colours (#rrggbb) as WCAG 2 defines it, 1 to 21. */
export function contrastOf(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminanceOf(one), luminanceOf(other)].sort(
    (left, right) => right - left,
  );
  return (light + 0.05) / (dark + 0.05);
}

/** Black or white, whichever can be read better on a colour: one of them always has a contrast of 4.5. */
export function pickTextOn(background: string): string {
  return contrastOf("#000000", background) >= contrastOf("#ffffff", background)
    ? "#000000"
    : "#ffffff";
}

/** The colour at a place (0 to 1) of a scale of colours, mixed as ECharts mixes them. */
export function mixColours(scale: readonly string[], place: number): string {
  const position = Math.min(Math.max(place, 0), 1) * (scale.length - 1);
  const index = Math.min(Math.floor(position), scale.length - 2);
  const from = parseColour(scale[index] ?? "#000000");
  const to = parseColour(scale[index + 1] ?? "#000000");
  const mixed = from.map((channel, at) =>
    Math.round(channel + ((to[at] ?? 0) - channel) * (position - index)),
  );
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

function luminanceOf(colour: string): number {
  const [red, green, blue] = parseColour(colour).map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

/** The channels of #rrggbb, 0 to 255. */
export function parseColour(colour: string): Rgb {
  const digits = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  if (digits === null)
    throw new TypeError(`${colour} is no colour such as #0072b2.`);
  const [, red = "", green = "", blue = ""] = digits;
  return [parseInt(red, 16), parseInt(green, 16), parseInt(blue, 16)];
}
