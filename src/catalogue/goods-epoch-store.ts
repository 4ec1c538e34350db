import { present } from '../kernel/index.ts';
import type { Sql } from '../mysql/index.ts';

export async function readEpoch(sql: Sql): Promise<number> {
  const [row] = await sql.rows<{ epoch: number }>('SELECT epoch FROM goods_epoch WHERE id = 1');
  return present(row, 'the epoch of the goods').epoch;
}

export async function raiseEpoch(sql: Sql): Promise<void> {
  await sql.write('UPDATE goods_epoch SET epoch = epoch + 1 WHERE id = 1');
}
