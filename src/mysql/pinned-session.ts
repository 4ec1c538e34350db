import type { Connection } from 'mysql2';
import { AppError, type TlsTrust } from '../kernel/index.ts';
import type { SqlValue } from './database.ts';
import { mysql2 } from './driver-library.ts';
import { driverSettings } from './driver-settings.ts';
import { isReadOnly } from './open-lines.ts';
import { prepareSession, type RawConnection } from './session.ts';
import { databaseError } from './sql-error.ts';

/** Silence is no sign of loss here: such a session waits, and each question has its own limit. */
const ANY_SILENCE = 0;

/**
 * One connection outside of every pool, for what belongs to a session of the server (named locks).
 * What it holds there ends with it.
 */
export class PinnedSession {
  readonly #connection: Connection;
  readonly #ended = new Set<() => void>();
  #alive = true;

  private constructor(connection: Connection) {
    this.#connection = connection;
    // Without a listener an error between two questions would end the process; `close` follows it.
    connection.on('error', () => this.#end());
    rawOf(connection).stream.once('close', () => this.#end());
  }

  /** Rejects after so many milliseconds at the latest, and then leaves nothing behind. */
  static async open(url: string, withinMs: number, tls?: TlsTrust): Promise<PinnedSession> {
    const connection = mysql2().createConnection(driverSettings(url, tls));
    const session = new PinnedSession(connection);
    try {
      const ready = new Promise<void>((resolve, reject) => {
        const settled = (error: Error | null) => (error ? reject(error) : resolve());
        prepareSession(rawOf(connection), ANY_SILENCE, settled);
      });
      await session.#within(ready, withinMs);
      return session;
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  /** As the server knows it. */
  get id(): number {
    return this.#connection.threadId;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /**
   * Calls back, once, when the connection is over, whoever ended it; at once if it is already.
   * The answer takes the listener away again.
   */
  onEnd(listener: () => void): () => void {
    if (this.#alive) this.#ended.add(listener);
    else listener();
    return () => void this.#ended.delete(listener);
  }

  /** The result of one statement, or those of several in one trip. */
  async query<Result>(
    text: string,
    values: readonly SqlValue[],
    withinMs: number,
  ): Promise<Result> {
    const answer = new Promise<Result>((resolve, reject) => {
      this.#connection.query(text, [...values], (error, result) =>
        error ? reject(error) : resolve(result as Result),
      );
    });
    return await this.#within(answer, withinMs);
  }

  destroy(): void {
    this.#connection.destroy();
    this.#end();
  }

  #end(): void {
    if (!this.#alive) return;
    this.#alive = false;
    for (const listener of this.#ended) listener();
    this.#ended.clear();
  }

  /** The driver itself waits for an answer for ever, and for one of a destroyed connection too. */
  #within<T>(answer: Promise<T>, ms: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const give = (problem: string) => setImmediate(() => reject(silence(problem)));
      const timer = setTimeout(give, ms, `no answer within ${Math.round(ms)} ms`);
      const forget = this.onEnd(() => give('connection lost'));
      const settled = () => {
        clearTimeout(timer);
        forget();
      };
      answer.then(
        (value) => {
          settled();
          resolve(value);
        },
        (error: unknown) => {
          settled();
          if (isReadOnly(error)) this.destroy(); // another server writes now
          reject(databaseError(error));
        },
      );
    });
  }
}

/** The socket is there, and the driver's types keep it to themselves. */
function rawOf(connection: Connection): RawConnection {
  return connection as unknown as RawConnection;
}

function silence(problem: string): AppError {
  return new AppError('database-failed', `the database cannot be reached (${problem})`, {
    retryable: true,
    details: { failure: 'unavailable', problem },
  });
}
