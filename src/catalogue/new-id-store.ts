import { present } from '../kernel/index.ts';
import type { Sql } from '../mysql/index.ts';

/** The id that the last INSERT of this transaction was given. */
export async function newId(sql: Sql): Promise<number> {
  const [row] = await sql.rows<{ id: number }>('SELECT LAST_INSERT_ID() AS id');
  return present(row, 'the new id').id;
}

/** A text as the pattern of a LIKE: what stands for anything else is meant as it is. */
export function likeText(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
}
