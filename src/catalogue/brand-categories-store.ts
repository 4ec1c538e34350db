import { AppError } from '../kernel/index.ts';
import type { Sql } from '../mysql/index.ts';
import { stillInUse, underKeys } from './key-refusals.ts';

/** From now on goods of this brand may stand in this category. Said twice it is true once. */
export async function linkBrand(sql: Sql, categoryId: number, brandId: number): Promise<void> {
  await underKeys(
    () =>
      sql.write(
        `INSERT INTO brand_categories (category_id, brand_id) VALUES (?, ?)
         ON DUPLICATE KEY UPDATE brand_id = brand_categories.brand_id`,
        [categoryId, brandId],
      ),
    {
      notThere: () =>
        new AppError('unknown-pair', `there is no category ${categoryId}, or no brand ${brandId}`),
    },
  );
}

/** Refused while goods are of this pair; what was never linked is no mistake. */
export async function unlinkBrand(sql: Sql, categoryId: number, brandId: number): Promise<void> {
  await underKeys(
    () =>
      sql.write('DELETE FROM brand_categories WHERE category_id = ? AND brand_id = ?', [
        categoryId,
        brandId,
      ]),
    { stillUsed: () => stillInUse(`brand ${brandId} in category ${categoryId}`, 'goods') },
  );
}
