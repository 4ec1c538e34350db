import { AppError } from '../kernel/index.ts';
import type { Database, Sql, SqlValue } from '../mysql/index.ts';
import { type Brand, type BrandDraft, isSameBrand } from './brand.ts';
import { stillInUse, underKeys } from './key-refusals.ts';
import { likeText, newId } from './new-id-store.ts';
import { assertVersion, type Saved } from './saved.ts';

const READ = 'SELECT brand_id AS brandId, name, logo, version FROM brands';

export async function readBrand(sql: Sql, brandId: number): Promise<Brand | null> {
  const [row] = await sql.rows<Brand>(`${READ} WHERE brand_id = ?`, [brandId]);
  return row ?? null;
}

export interface BrandPage {
  readonly brands: readonly Brand[];
  readonly next: number | null;
}

export interface BrandFilter {
  /** Any part of the name, in any case. */
  readonly q?: string;
  /** Only brands of this category. */
  readonly categoryId?: number;
  readonly limit: number;
  readonly before?: number;
}

export async function listBrands(
  sql: Sql,
  { q, categoryId, limit, before = Number.MAX_SAFE_INTEGER }: BrandFilter,
): Promise<BrandPage> {
  const conditions = ['brand_id < ?'];
  const values: SqlValue[] = [before];
  if (q !== undefined) {
    conditions.push('name COLLATE utf8mb4_unicode_ci LIKE ?');
    values.push(likeText(q));
  }
  if (categoryId !== undefined) {
    conditions.push('brand_id IN (SELECT brand_id FROM brand_categories WHERE category_id = ?)');
    values.push(categoryId);
  }
  const brands = await sql.rows<Brand>(
    `${READ} WHERE ${conditions.join(' AND ')} ORDER BY brand_id DESC LIMIT ?`,
    [...values, limit],
  );
  return { brands, next: brands.length < limit ? null : (brands.at(-1)?.brandId ?? null) };
}

/** The same brand again is answered as it is; its name belongs to one. */
export async function addBrand(database: Database, draft: BrandDraft): Promise<Saved<Brand>> {
  return await database.transaction(async (sql) => {
    const [known] = await sql.rows<Brand>(`${READ} WHERE name = ?`, [draft.name]);
    if (known && isSameBrand(known, draft)) return { change: 'unchanged', row: known };
    if (known) throw nameTaken(known.brandId);
    await underKeys(
      () => sql.write('INSERT INTO brands (name, logo) VALUES (?, ?)', [draft.name, draft.logo]),
      { taken: () => nameTaken() },
    );
    return { change: 'created', row: { brandId: await newId(sql), ...draft, version: 1 } };
  });
}

export async function changeBrand(
  database: Database,
  brandId: number,
  draft: BrandDraft,
  expectedVersion?: number,
): Promise<Saved<Brand>> {
  return await database.transaction(async (sql) => {
    const found = await lockBrand(sql, brandId);
    if (isSameBrand(found, draft)) return { change: 'unchanged', row: found };
    assertVersion(`brand ${brandId}`, found, expectedVersion);
    await underKeys(
      () =>
        sql.write(
          'UPDATE brands SET name = ?, logo = ?, version = version + 1 WHERE brand_id = ?',
          [draft.name, draft.logo, brandId],
        ),
      { taken: () => nameTaken() },
    );
    return { change: 'changed', row: { brandId, ...draft, version: found.version + 1 } };
  });
}

export async function removeBrand(
  database: Database,
  brandId: number,
  expectedVersion?: number,
): Promise<void> {
  await database.transaction(async (sql) => {
    assertVersion(`brand ${brandId}`, await lockBrand(sql, brandId), expectedVersion);
    await underKeys(() => sql.write('DELETE FROM brands WHERE brand_id = ?', [brandId]), {
      stillUsed: () => stillInUse(`brand ${brandId}`, 'categories that have it'),
    });
  });
}

async function lockBrand(sql: Sql, brandId: number): Promise<Brand> {
  const [row] = await sql.rows<Brand>(`${READ} WHERE brand_id = ? FOR UPDATE`, [brandId]);
  if (row) return row;
  throw new AppError('unknown-brand', `there is no brand ${brandId}`);
}

function nameTaken(brandId?: number): AppError {
  return new AppError('name-taken', 'another brand has this name', {
    details: brandId === undefined ? {} : { brandId },
  });
}
