import type { RawConnection } from './session.ts';

/** ER_OPTION_PREVENTS_STATEMENT (`read_only`) and ER_READ_ONLY_MODE. */
const READ_ONLY = new Set([1290, 1836]);

/** Knex gives no connection out that has this. */
export const DISPOSED = '__knex__disposed';

export function isReadOnly(error: unknown): boolean {
  const { errno } = error as { readonly errno?: number };
  return errno !== undefined && READ_ONLY.has(errno);
}

/**
 * The connections of one pool. A primary that has handed over keeps them open and refuses every
 * write: whoever has taken over is only found by connecting again, so all of them are left.
 */
export class OpenLines {
  readonly #open = new Set<RawConnection>();

  add(connection: RawConnection): void {
    this.#open.add(connection);
    connection.stream.once('close', () => this.#open.delete(connection));
  }

  /** Those in use are left when they come back. */
  leaveIfReadOnly(error: unknown): void {
    if (!isReadOnly(error)) return;
    for (const connection of this.#open) Reflect.set(connection, DISPOSED, 'it takes no writes');
    this.#open.clear();
  }
}
