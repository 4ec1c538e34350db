import type { QueueName } from '../../src/queues/index.ts';
import type { SagaEvent } from '../../src/saga/index.ts';
import type { NoticeReceiver } from '../support/notice-receiver.ts';
import type { CrashRival } from './crash-rival.ts';
import type { Ask } from './subject-words.ts';

/** What an order must have come to, as `orderStories` tells it: one of these. */
export type Stories = Readonly<Record<string, readonly string[]>>;

/** One playing of a scenario: names that no other has, and what can be done to the system. */
export interface Play {
  /** Ends every id of this playing. */
  readonly tag: string;
  readonly goods: readonly [number, number];
  /** Differs from playing to playing, so that no two holds end in the same second. */
  readonly holdSeconds: number;
  readonly rival: CrashRival;
  readonly receiver: NoticeReceiver;
  /** Is a fault to strike, and did it? */
  readonly struck: boolean;
  readonly stalls: boolean;
  /** A producer's jobs, one for each payload; ends when its queue has nothing more to do. */
  job(queue: QueueName, ...payloads: readonly object[]): Promise<void>;
  /** Asks the subject, and asks again, with the same ids, while there is no answer. */
  call(ask: Ask): Promise<unknown>;
  /** Asks the subject once; rejects when there is no answer. */
  once(ask: Ask): Promise<unknown>;
  advance(event: Unsent): Promise<unknown>;
  /** Makes the database believe that this order's time is up. */
  letTimePass(orderId: string): Promise<void>;
  /** No order is placed any more. */
  untilDecided(): Promise<void>;
  until(holds: () => boolean | Promise<boolean>, what: string): Promise<void>;
  /** Something that must not be. */
  blame(what: string): void;
}

type Without<Event> = Event extends unknown ? Omit<Event, 'via'> : never;
export type Unsent = Without<SagaEvent>;

export interface Scenario {
  readonly name: string;
  /** For people: what is done, and over which parts. */
  readonly about: string;
  /** How many requests it causes. Another number: something is not seen any more, or is new. */
  readonly points: number;
  readonly queues: readonly QueueName[];
  /** Notices are delivered, not only written. */
  readonly delivers?: true;
  /** Locks are renewed because somebody asks for it, and not because time goes by. */
  readonly renews?: true;
  /** Jobs in hand at once. Default: one. */
  readonly concurrency?: number;
  /** Numbered is the first request of each of these names alone: how many come, chance decides. */
  readonly only?: readonly string[];
  /** How many dead letters there are at the end. Default: none. */
  readonly letters?: number;
  /** Before the first number, by somebody else. */
  prepare?(play: Play): Promise<void>;
  act(play: Play): Promise<void>;
  /** What somebody else does while the process stands still. Default: wants most of the goods. */
  meanwhile?(play: Play): Promise<void>;
  /** What must hold besides the books and the stories, once all is quiet. */
  verify?(play: Play): Promise<void>;
  /** How each order ends; `stalled` adds what may happen when somebody else was faster. */
  readonly ends: (play: Play) => Stories;
  readonly stalledEnds?: (play: Play) => Stories;
}
