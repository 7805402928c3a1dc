/** Where one sample event per function lies, `<function>.json`. */
export const SAMPLES_FOLDER = new URL(
  "../../fixtures/events/",
  import.meta.url,
);
