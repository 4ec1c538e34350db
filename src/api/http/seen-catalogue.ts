import type { FastifyRequest } from 'fastify';
import type { Aged, Reads, Sql } from '../../mysql/index.ts';

/** Whoever may write the catalogue must find what they wrote; all others may look at a copy. */
export async function seenBy<T>(
  { role }: FastifyRequest,
  reads: Reads,
  work: (sql: Sql) => Promise<T>,
): Promise<Aged<T>> {
  return role === 'operator' ? await reads.readOfNow(work) : await reads.read(work);
}
