import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';
import { gaugeOf, type MetricPart } from './metric-part.ts';

const NANOSECONDS = 1e9;
const MICROSECONDS = 1e6;

/** The few numbers of the process itself that say whether it is well, under their usual names. */
export function processMetrics(registry: Registry): MetricPart {
  gaugeOf(registry, 'holdfast_up', '1: this process answers').set(1);
  const lag = monitorEventLoopDelay({ resolution: 20 });
  lag.enable();
  const registers = [registry];
  const lags = new Gauge({
    name: 'nodejs_eventloop_lag_seconds',
    help: 'How late the event loop was since the last scrape',
    labelNames: ['quantile'],
    registers,
    collect: () => {
      for (const quantile of [0.5, 0.99, 1]) {
        lags.set({ quantile }, lag.percentile(quantile * 100) / NANOSECONDS);
      }
      lag.reset();
    },
  });
  const memory = new Gauge({
    name: 'nodejs_memory_bytes',
    help: 'Memory of this process, by kind',
    labelNames: ['kind'],
    registers,
    collect: () => {
      const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
      for (const [kind, bytes] of Object.entries({ rss, heapUsed, heapTotal, external })) {
        memory.set({ kind }, bytes);
      }
    },
  });
  const cpu: Counter = new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time used',
    registers,
    collect: () => {
      const { user, system } = process.cpuUsage();
      cpu.reset();
      cpu.inc((user + system) / MICROSECONDS);
    },
  });
  return { name: 'process', close: () => lag.disable() };
}
