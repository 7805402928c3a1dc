import { Counter, Gauge, Registry } from "prom-client";

/** One value and the labels that tell it from the others of its family. */
export interface MetricSample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric as Prometheus knows it: what it is called, what it means, and its values at this moment. */
export interface MetricFamily {
  readonly kind: "counter" | "gauge";
  /** Ends in its base unit, and a counter in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly samples: readonly MetricSample[];
}

/** Returns a registry that holds these families; one without a value is left out, as nothing is known of it. */
export function registerFamilies(families: readonly MetricFamily[]): Registry {
  const registry = new Registry();
  for (const { kind, name, help, samples } of families) {
    if (samples.length === 0) continue;
    const labelNames = Object.keys(samples[0]?.labels ?? {});
    const settings = { name, help, labelNames, registers: [registry] };
    if (kind === "counter") {
      const counter = new Counter(settings);
      for (const { labels = {}, value } of samples) counter.inc(labels, value);
    } else {
      const gauge = new Gauge(settings);
      for (const { labels = {}, value } of samples) gauge.set(labels, value);
    }
  }
  return registry;
}
