import type { Balance } from '../stock/index.ts';
import type { HeldGoods } from './locking.ts';
import type { Flight } from './taken-batch.ts';
import type { Foreseen } from './transact.ts';
import type { World } from './world.ts';

/** After so long others may have the goods: a lock that is handed on for ever shuts them out. */
const HANDED_ON_FOR_MS = 250;

/** A lock that the batches of one process hand on, each while the one before it is written. */
export class HandedLock implements HeldGoods {
  readonly fence: bigint;
  readonly #held: HeldGoods;
  readonly #untilMs: number;
  #users = 1;

  constructor(held: HeldGoods, nowMs: number) {
    this.fence = held.fence;
    this.#held = held;
    this.#untilMs = nowMs + HANDED_ON_FOR_MS;
  }

  mayBeHandedOn(nowMs: number): boolean {
    return nowMs < this.#untilMs;
  }

  /** To be released once more. */
  share(): this {
    this.#users += 1;
    return this;
  }

  assertHeld(): void {
    this.#held.assertHeld();
  }

  async release(): Promise<void> {
    this.#users -= 1;
    if (this.#users === 0) await this.#held.release();
  }
}

/** A batch that has decided and is being written; another may follow it. */
export interface Lead extends Foreseen {
  readonly lock: HandedLock;
  /** What it has locked and read: less than it set out with, when others held some of that. */
  readonly goods: ReadonlySet<number>;
}

/** The batches that others may follow at this moment. */
export class Leads {
  readonly #leads = new Map<Flight, Lead>();

  of(flight: Flight | undefined): Lead | undefined {
    return flight && this.#leads.get(flight);
  }

  /** Answers what is to be called with how it ended. */
  add(flight: Flight, lock: HandedLock, world: World): (committed: boolean) => void {
    let tell: (committed: boolean) => void = () => undefined;
    const committed = new Promise<boolean>((resolve) => {
      tell = resolve;
    });
    const { goods } = world.facts;
    this.#leads.set(flight, { lock, goods, balances: balancesLeftBy(world), committed });
    flight.letFollow();
    return (ended) => {
      this.#leads.delete(flight);
      tell(ended);
    };
  }
}

function balancesLeftBy(world: World): ReadonlyMap<number, Balance> {
  const balances = new Map<number, Balance>();
  for (const goodsId of world.facts.goods) {
    const balance = world.balanceOf(goodsId);
    if (balance) balances.set(goodsId, balance);
  }
  return balances;
}
