import { quantile } from '../../bench/percentiles.ts';
import { messageOf, pause } from '../../src/kernel/index.ts';
import { sagaOver } from '../support/saga-fixture.ts';
import { until } from '../support/until.ts';
import type { Figure, Measurement } from './figure.ts';
import { GOODS, type MeasuredSystem, measuredIn } from './measured-system.ts';
import { OrderStream } from './order-stream.ts';

const PER_SECOND = 60;
const WARM_MS = 4000;
const PART_MS = 4000;
const POISON_EVERY_MS = 100;
const ADDED_AT_MOST_MS = 1000;
/** Its next row in the ledger is there already, so whatever moves it is impossible. */
const SPOILT = 8;

async function spoil({ world }: MeasuredSystem): Promise<void> {
  await sagaOver(world.database).restock(SPOILT, 1000);
  await world.database.write(
    `INSERT INTO movements (goods_id, version, kind, quantity, at)
     VALUES (?, 2, 'restock', 1, UTC_TIMESTAMP(6))`,
    [SPOILT],
  );
}

/** Jobs that are no orders, and orders that the data make impossible, in turn. */
function poison(at: number): unknown {
  const orderId = `poison-${at}`;
  return [
    at, // each another one: the same is kept once, and counted
    { orderId, lines: [{ goodsId: GOODS, quantity: 0 }] },
    { orderId, lines: [{ goodsId: SPOILT, quantity: 1 }] },
  ][at % 3];
}

async function measure(system: MeasuredSystem): Promise<readonly Figure[]> {
  await spoil(system);
  const { queues } = system.world;
  const stream = new OrderStream(system, { name: 'o', perSecond: PER_SECOND, lookEveryMs: 20 });
  const now = () => performance.now();
  stream.start();
  await pause(WARM_MS);
  const calmFrom = now();
  await pause(PART_MS);
  const from = now();
  let sent = 0;
  for (; now() < from + PART_MS; sent += 1) {
    await queues.add('order-placed', [poison(sent)]);
    await pause(POISON_EVERY_MS);
  }
  const to = now();
  await stream.finish(20_000);
  const letters = () => system.number('SELECT COUNT(*) AS n FROM dead_letters');
  const buried = async () => (await letters()) >= sent;
  // A figure below says how many are missing.
  await until(buried, 20_000, 'all poison to be buried', 100).catch((error: unknown) => {
    stream.refusals.push(messageOf(error));
  });
  const [calm, among] = [stream.delays(calmFrom, from), stream.delays(from, to)];
  const added = (share: number) => quantile(among, share) - quantile(calm, share);
  const atMost = ADDED_AT_MOST_MS;
  return [
    { what: 'an order through the queue, p99, before', value: quantile(calm, 0.99), unit: 'ms' },
    { what: 'poison sent among good orders', value: sent, unit: '', atLeast: 10 },
    { what: 'good orders among it', value: among.length, unit: '' },
    { what: 'added to good orders, median', value: added(0.5), unit: 'ms' },
    { what: 'added to good orders, p99', value: added(0.99), unit: 'ms', atMost },
    { what: 'added to the slowest', value: added(1), unit: 'ms', atMost },
    { what: 'dead letters', value: await letters(), unit: '', atLeast: sent },
  ];
}

export const poisonAmongGood: Measurement = {
  id: 'G13',
  promise: 'what can never be done keeps nobody else',
  measure: (place) => measuredIn(place, { api: false }, measure),
};
