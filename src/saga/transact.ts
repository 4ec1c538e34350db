import { AppError } from '../kernel/index.ts';
import type { Database } from '../mysql/index.ts';
import type { Balance } from '../stock/index.ts';
import { decide } from './decide.ts';
import type { Rules } from './decision.ts';
import type { SagaEvent } from './event.ts';
import { goodsOf, loadWorld } from './load-world.ts';
import type { HeldGoods } from './locking.ts';
import type { Outcome } from './outcome.ts';
import type { World } from './world.ts';
import { writeWorld } from './write-world.ts';

/** Under what a batch is carried out. */
export type Cover =
  /** The quorum lock, whose number goes into every write. */
  | {
      readonly kind: 'locked';
      readonly held: HeldGoods;
      readonly goods: ReadonlySet<number>;
      /** The batch that has these goods at this moment, and is about to commit. */
      readonly after?: Foreseen;
    }
  /** Row locks alone, since no lock node can be reached. */
  | { readonly kind: 'rows-only'; readonly goods: ReadonlySet<number> }
  /** Nothing: stock is looked at, and must not change. */
  | { readonly kind: 'none'; readonly goods: ReadonlySet<number> };

/** How a batch that has decided will leave its goods, if it commits. */
export interface Foreseen {
  /** Those that have stock at all. */
  readonly balances: ReadonlyMap<number, Balance>;
  /** Whether it has committed; known when its COMMIT has answered, or could not be sent. */
  readonly committed: Promise<boolean>;
}

export interface Transacted {
  readonly world: World;
  /** One for each event; null for one whose goods turned out not to be covered. */
  readonly outcomes: readonly (Outcome | null)[];
}

/**
 * One batch in one transaction: read, lock, decide, write, commit. `onDecided` is told what is
 * decided as soon as it is.
 */
export async function transact(
  database: Database,
  events: readonly SagaEvent[],
  rules: Rules,
  cover: Cover,
  onDecided: (world: World) => void,
): Promise<Transacted> {
  const after = cover.kind === 'locked' ? cover.after : undefined;
  return await database.transaction(async (sql) => {
    const stock = cover.kind === 'none' ? 'looked-at' : (after?.balances ?? 'locked');
    const world = await loadWorld(sql, events, rules, stock);
    if (cover.kind === 'locked') assertFence(world, cover.held.fence);
    const outcomes = events.map((event) => decideOne(world, event, cover.goods));
    if (cover.kind === 'none' && world.moves.length > 0) throw new MovesNeedLock();
    onDecided(world);
    await writeWorld(sql, world, {
      fence: cover.kind === 'locked' ? cover.held.fence : null,
      // What was foreseen is true once that batch has committed, and not before.
      beforeStock: after && (() => assertCommitted(after)),
    });
    if (cover.kind === 'locked') cover.held.assertHeld();
    return { world, outcomes };
  });
}

function decideOne(world: World, event: SagaEvent, covered: ReadonlySet<number>): Outcome | null {
  // As this batch has left it: an order that it has placed just now wants goods nobody looked up,
  // and must not be told that there are none.
  const goods = goodsOf(event, (orderId) => world.orderOf(orderId));
  if (goods.some((id) => !covered.has(id) || !world.facts.goods.has(id))) return null;
  const decision = decide(event, world.viewOf(event));
  world.apply(decision, event.via);
  return decision.outcome;
}

async function assertCommitted({ committed }: Foreseen): Promise<void> {
  if (await committed) return;
  throw new AppError('foreseen-in-vain', 'the batch before this one did not commit', {
    retryable: true,
  });
}

/** Thrown out of a transaction that was to leave stock alone and found that it must not. */
export class MovesNeedLock extends Error {
  override readonly name = 'MovesNeedLock';
}

/** A later holder has already written these goods; our lock number is too low. */
export class FenceRefused extends Error {
  override readonly name = 'FenceRefused';
  readonly stored: bigint;

  constructor(stored: bigint) {
    super(`the database has seen lock number ${stored}`);
    this.stored = stored;
  }
}

function assertFence(world: World, fence: bigint): void {
  let highest = 0n;
  for (const { fence: stored } of world.facts.balances.values()) {
    if (stored > highest) highest = stored;
  }
  if (highest > fence) throw new FenceRefused(highest);
}

/** Has the data itself caused this, so that trying again gives the same? */
export function isFaultOfData(error: unknown): boolean {
  if (error instanceof AppError) {
    const failure = error.details['failure'];
    return error.code === 'database-failed' && (failure === 'data' || failure === 'duplicate');
  }
  return error instanceof Error && error.name === 'AssertionError';
}
