import { Gauge, type Registry } from 'prom-client';
import type { Database } from '../mysql/index.ts';
import { gaugeOf, type MetricPart, shownFrom } from './metric-part.ts';
import type { Readings } from './readings.ts';

/** The database as its clients see it, and what only it knows. */
export function databaseMetrics(
  registry: Registry,
  database: Pick<Database, 'pool'>,
  readings: Readings,
): MetricPart[] {
  const connections = new Gauge({
    name: 'holdfast_database_connections',
    help: 'Connections that are used and free, and work that waits for one',
    labelNames: ['state'],
    registers: [registry],
    collect: () => {
      for (const [state, count] of Object.entries(database.pool())) {
        connections.set({ state }, count);
      }
    },
  });
  return [upPart(registry, readings), lagPart(registry, readings), booksPart(registry, readings)];
}

function upPart(registry: Registry, { database }: Readings): MetricPart {
  const up = gaugeOf(
    registry,
    'holdfast_database_up',
    'Whether the database answers and has the schema of this version',
  );
  return {
    name: 'database',
    refresh: async () => {
      const found = await database.read();
      up.set(found.ok && found.value.missing.length === 0 ? 1 : 0);
      return found.ok;
    },
  };
}

function lagPart(registry: Registry, { sweepLag }: Readings): MetricPart {
  const lag = gaugeOf(
    registry,
    'holdfast_sweep_lag_seconds',
    'How long the oldest due order is overdue',
  );
  return shownFrom('sweep', sweepLag, [lag], (ms) => lag.set(ms / 1000));
}

function booksPart(registry: Registry, { books }: Readings): MetricPart {
  const holds = gaugeOf(registry, 'holdfast_open_holds', 'Orders that hold goods, not yet paid');
  const units = gaugeOf(registry, 'holdfast_held_units', 'Units that orders hold, not yet paid');
  const letters = gaugeOf(
    registry,
    'holdfast_dead_letters_waiting',
    'Dead letters that wait for a person',
  );
  return shownFrom('books', books, [holds, units, letters], (found) => {
    holds.set(found.openHolds);
    units.set(found.heldUnits);
    letters.set(found.deadLetters);
  });
}
