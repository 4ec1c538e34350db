/**
 * One of the processes that contend for locks in a campaign: reads and writes registers under
 * them as long as it is told to, and tells its parent all that happens to it.
 */
import { once } from 'node:events';
import { pause } from '../../../src/kernel/index.ts';
import type { HeldLock, Locks } from '../../../src/locks/index.ts';
import { locksOn, skewedClock } from '../../support/lock-room.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import type { RegisterReply, RegisterRequest } from '../campaign/fenced-register.ts';
import { type Ended, type HistoryEvent, monotonicNow } from '../campaign/lock-history.ts';

export interface StartOrder {
  readonly kind: 'start';
  readonly run: string;
  readonly contender: number;
  readonly urls: readonly string[];
  readonly ttlMs: number;
  readonly skewMs: number;
  readonly seed: number;
  readonly waits: boolean;
}

type Order =
  | StartOrder
  | { readonly kind: 'go' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'linger' }
  | RegisterReply;

const NAMES = ['a', 'b'] as const;
const LOOK_MS = 5;
const STANDSTILL_MS = 60;
/** Whoever holds a lock for long uses it all the while. */
const ACT_MS = 5;

const tell = (message: object) => void process.send?.(message);
const waiting = new Map<number, (reply: RegisterReply) => void>();
let asked = 0;
let going = false;
/** Was it told to keep the next lock for long? */
let lingers = false;

function register(request: Omit<RegisterRequest, 'id' | 'kind'>): Promise<RegisterReply> {
  asked += 1;
  const id = asked;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    tell({ kind: 'register', id, ...request });
  });
}

/** Looks at the clock of a hold all the time, and tells when and why it ended. */
function watch(order: StartOrder, hold: string, held: HeldLock): (how: Ending) => void {
  const { contender } = order;
  let until = monotonicNow() + held.remainingMs();
  let extendedAt = monotonicNow();
  let ended = false;
  const end = ({ how, reason }: Ending) => {
    if (ended) return;
    ended = true;
    clearInterval(looking);
    const at = monotonicNow();
    event({ kind: 'ended', contender, hold, how, reason, at, extendedAt });
  };
  const looking = setInterval(() => {
    const left = held.remainingMs();
    if (left === 0 || monotonicNow() + left <= until + 1) return;
    until = monotonicNow() + left;
    extendedAt = monotonicNow();
  }, LOOK_MS);
  held.signal.addEventListener('abort', () => {
    const { details } = held.signal.reason as { details: { reason: string } };
    end({ how: 'lost', reason: details.reason });
  });
  return end;
}

interface Ending {
  readonly how: Ended['how'];
  readonly reason: string;
}

function event(what: HistoryEvent): void {
  tell(what);
}

/** A process that gets no processor stands still as one that is stopped; only it can know. */
function noteStandstills(contender: number): () => void {
  let last = monotonicNow();
  const looking = setInterval(() => {
    const now = monotonicNow();
    if (now - last > STANDSTILL_MS) event({ kind: 'stopped', contender, at: last, until: now });
    last = now;
  }, LOOK_MS);
  return () => clearInterval(looking);
}

function isHeld(held: HeldLock): boolean {
  return held.remainingMs() > 0;
}

async function work(held: HeldLock, hold: string, busyMs: number) {
  for (const name of held.names) {
    const common = { hold, name, fence: Number(held.fence) };
    const opened = await register({ what: 'open', base: 0, checkedAt: 0, ...common });
    if (!opened.accepted) return;
    const end = monotonicNow() + busyMs;
    let base = opened.value;
    do {
      await pause(Math.min(busyMs, ACT_MS));
      const checkedAt = monotonicNow();
      if (!isHeld(held)) return;
      const written = await register({ what: 'write', base, checkedAt, ...common });
      if (!written.accepted) return;
      base += 1;
    } while (monotonicNow() < end);
  }
}

async function contend(order: StartOrder, locks: Locks): Promise<void> {
  const random = seededRandom(order.seed);
  for (let turn = 1; going; turn += 1) {
    const names = random() < 0.3 ? NAMES : [random() < 0.7 ? NAMES[0] : NAMES[1]];
    // Mostly short; now and then longer than a ttl, so that only renewals keep it.
    let busyMs = random() < 0.01 ? (order.ttlMs * 1.3) / names.length : random() * 6;
    const began = monotonicNow();
    const wanted = names.map((name) => `${order.run}-${name}`);
    const outcome = await (order.waits
      ? locks.lock(wanted, { timeoutMs: 300 })
      : locks.tryLock(wanted));
    const at = monotonicNow();
    if (outcome.kind !== 'held') {
      await pause(5 + random() * 15);
      continue;
    }
    const { held } = outcome;
    const { contender } = order;
    const hold = `${contender}.${turn}`;
    const fence = Number(held.fence);
    event({ kind: 'granted', contender, hold, names: held.names, fence, began, at });
    const end = watch(order, hold, held);
    if (lingers) {
      lingers = false;
      busyMs = (order.ttlMs * 2) / names.length;
      tell({ kind: 'lingering' });
    }
    await work(held, hold, busyMs);
    // Who finds that it has lost the lock must have been told as well.
    const untold = !isHeld(held) && !held.signal.aborted;
    end({ how: untold ? 'untold' : 'released', reason: '' });
    await held.release();
    await pause(random() * 5);
  }
}

/** Every node is met before the first fault: one met for the first time has no past to compare. */
async function meet(locks: Locks, nodes: number): Promise<void> {
  for (;;) {
    const [view] = await locks.inspect(['met']);
    if (view?.nodes.filter(({ reachable }) => reachable).length === nodes) return;
    await pause(20);
  }
}

async function run(order: StartOrder): Promise<void> {
  const { urls, ttlMs, skewMs } = order;
  lingers = false;
  const locks = locksOn(urls, { ttlMs, clock: skewedClock(skewMs), prefix: 'campaign:' });
  await meet(locks, urls.length);
  tell({ kind: 'ready' });
  while (!going) await once(process, 'message');
  const end = noteStandstills(order.contender);
  await contend(order, locks);
  end();
  await locks.close();
  tell({ kind: 'done' });
}

process.on('disconnect', () => process.exit());
process.on('message', (order: Order) => {
  if (order.kind === 'go' || order.kind === 'stop') going = order.kind === 'go';
  else if (order.kind === 'linger') lingers = true;
  else if (order.kind === 'reply') {
    waiting.get(order.id)?.(order);
    waiting.delete(order.id);
  } else void run(order).catch((error: unknown) => tell({ kind: 'broken', error: String(error) }));
});
