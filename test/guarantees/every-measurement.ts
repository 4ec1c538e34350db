import { backToPace } from './back-to-pace.ts';
import { doorsWithoutRedis } from './doors-without-redis.ts';
import type { Measurement } from './figure.ts';
import { holdsComeBack, neverEarly } from './holds-returned.ts';
import { killedAgain } from './killed-again.ts';
import { majorityLost } from './lost-majority.ts';
import { poisonAmongGood } from './poison-among-good.ts';
import { rolledWorkers } from './rolled-workers.ts';
import { staleHolderIsHarmless } from './stale-holders.ts';

export const MEASUREMENTS: readonly Measurement[] = [
  holdsComeBack,
  neverEarly,
  doorsWithoutRedis,
  backToPace,
  staleHolderIsHarmless,
  majorityLost,
  killedAgain,
  poisonAmongGood,
  rolledWorkers,
];
