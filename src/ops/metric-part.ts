import { Gauge, type Registry } from 'prom-client';
import type { Reading } from './reading.ts';

/** One subject of the metrics, registered when it was made. */
export interface MetricPart {
  readonly name: string;
  /** Called before each scrape; false when its numbers could not be had, and then it has none. */
  readonly refresh?: () => Promise<boolean>;
  readonly close?: () => void;
}

export function gaugeOf(registry: Registry, name: string, help: string): Gauge {
  return new Gauge({ name, help, registers: [registry] });
}

/** Gauges that show what a reading found, and nothing at all when it found nothing. */
export function shownFrom<T>(
  name: string,
  reading: Reading<T>,
  gauges: readonly Gauge[],
  show: (value: T) => void,
): MetricPart {
  return {
    name,
    refresh: async () => {
      const found = await reading.read();
      for (const gauge of gauges) {
        gauge.reset();
        gauge.remove({}); // a gauge without labels is 0 after a reset, and 0 would be a lie
      }
      if (found.ok) show(found.value);
      return found.ok;
    },
  };
}
