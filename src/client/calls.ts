import { type Clock, messageOf, pause } from '../kernel/index.ts';
import { HoldfastError } from './holdfast-error.ts';
import { Life, type LifeEnd, whileWanted } from './life.ts';
import { MENDING, type Patience, type Tried, waitBefore } from './tried.ts';

export interface CallLimits {
  /** For a call as a whole, its repetitions included. */
  readonly timeoutMs: number;
  /** Calls that may be in hand at once. */
  readonly maxWaiting: number;
}

export interface CallChoices {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Attempt<Answer> = (life: Life) => Promise<Tried<Answer>>;

/** The calls in hand: how many there may be, how each is tried again, and when all are over. */
export class Calls {
  private readonly limits: CallLimits;
  private readonly clock: Clock;
  private inHand = 0;
  private isClosed = false;
  private whenIdle: (() => void)[] = [];

  constructor(limits: CallLimits, clock: Clock) {
    this.limits = limits;
    this.clock = clock;
  }

  /** Tries until there is an answer, a failure that stays, or no time. */
  async make<Answer>(
    { timeoutMs = this.limits.timeoutMs, signal }: CallChoices,
    attempt: Attempt<Answer>,
    patience: Patience = MENDING,
  ): Promise<Answer> {
    this.assertRoom();
    this.inHand += 1;
    let tries: Promise<unknown> | undefined;
    const life = new Life(timeoutMs, signal, this.clock);
    try {
      return await persist(life, patience, (one) => {
        const trying = attempt(one);
        tries = trying;
        return trying;
      });
    } finally {
      life.close();
      // A call that was called off may still stand in a line, and takes its room until it leaves.
      const leave = () => this.leave();
      if (life.isOver && tries) void tries.then(leave, leave);
      else leave();
    }
  }

  /** Takes no more calls, and waits for those in hand; their deadlines bound it. */
  async close(): Promise<void> {
    this.isClosed = true;
    if (this.inHand === 0) return;
    await new Promise<void>((resolve) => this.whenIdle.push(resolve));
  }

  private assertRoom(): void {
    if (this.isClosed) throw new HoldfastError('client-closed', 'this client has been closed');
    const { maxWaiting } = this.limits;
    if (this.inHand < maxWaiting) return;
    throw new HoldfastError(
      'client-overloaded',
      `${maxWaiting} calls are in hand, as many as this client may have; wait for some of them`,
      { retryable: true, details: { maxWaiting } },
    );
  }

  private leave(): void {
    this.inHand -= 1;
    if (this.inHand > 0) return;
    for (const resolve of this.whenIdle.splice(0)) resolve();
  }
}

async function persist<Answer>(
  life: Life,
  patience: Patience,
  attempt: Attempt<Answer>,
): Promise<Answer> {
  let last: HoldfastError | undefined;
  for (let tries = 1; ; tries += 1) {
    if (life.isOver) throw endOf(await life.ended, last, patience);
    const tried = await Promise.race([attempt(life), life.ended]);
    if ('done' in tried) return tried.done;
    if ('why' in tried) throw endOf(tried, last, patience);
    last = tried.failed;
    const waitMs = last.retryable ? waitBefore(tries, tried, patience, life.leftMs) : null;
    if (waitMs === null) throw last; // what was answered says more than that the time is up
    await waited(life, waitMs);
  }
}

async function waited(life: Life, ms: number): Promise<void> {
  const { signal, done } = whileWanted([life]);
  await pause(ms, signal);
  done();
}

function endOf(
  end: LifeEnd,
  last: HoldfastError | undefined,
  { toTheEnd }: Patience,
): HoldfastError {
  if (end.why === 'aborted') {
    return new HoldfastError('call-aborted', 'the call was called off by its caller', {
      cause: end.reason,
    });
  }
  if (toTheEnd && last) return last; // what the last look has seen is the answer
  const before = last ? `; the try before: ${last.code}: ${messageOf(last)}` : '';
  return new HoldfastError(
    'deadline-exceeded',
    `no answer came in time${before}; it may have been done: make the same call again, or look`,
    { retryable: true, cause: last },
  );
}
