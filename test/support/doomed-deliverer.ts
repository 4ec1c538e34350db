import { createNoticeDelivery } from '../../src/delivery/index.ts';
import { systemClock, systemRandom } from '../../src/kernel/index.ts';
import { openDatabase } from '../../src/mysql/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { sagaOver } from './saga-fixture.ts';

/** A deliverer in a process of its own, to be killed while its receiver thinks about the answer. */
const [databaseUrl = '', receiverUrl = '', secret = ''] = process.argv.slice(2);
const database = openDatabase({ url: databaseUrl, logger: silentLogger });
const delivery = createNoticeDelivery({
  database,
  saga: sagaOver(database).saga,
  receiver: { url: receiverUrl, secrets: [secret] },
  periodMs: 20,
  logger: silentLogger,
  clock: systemClock,
  random: systemRandom,
  pace: { leaseMs: 300 },
});
await delivery.start();
