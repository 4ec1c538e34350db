import { AppError, databaseTimeOf, millisOf } from '../kernel/index.ts';
import type { Database, Sql, SqlValue } from '../mysql/index.ts';
import { type Banner, type BannerDraft, checkedBanner, isSameBanner } from './banner.ts';
import { underKeys } from './key-refusals.ts';
import { newId } from './new-id-store.ts';
import { assertVersion, type Saved } from './saved.ts';

interface BannerRow {
  readonly banner_id: number;
  readonly image: string;
  readonly sort: number;
  readonly goods_id: number | null;
  readonly url: string | null;
  readonly starts_at: string | null;
  readonly ends_at: string | null;
  readonly version: number;
}

const READ = `SELECT banner_id, image, sort, goods_id, url, starts_at, ends_at, version
  FROM banners`;
/** What is on now, by the clock of the database. */
const SHOWN = `(starts_at IS NULL OR starts_at <= UTC_TIMESTAMP(3))
  AND (ends_at IS NULL OR ends_at > UTC_TIMESTAMP(3))`;

export async function readBanner(sql: Sql, bannerId: number): Promise<Banner | null> {
  const [row] = await sql.rows<BannerRow>(`${READ} WHERE banner_id = ?`, [bannerId]);
  return row ? bannerOf(row) : null;
}

/** A place in the order of banners. */
export interface BannerPlace {
  readonly sort: number;
  readonly bannerId: number;
}

export interface BannerPage {
  readonly banners: readonly Banner[];
  readonly next: BannerPlace | null;
}

/** In the order in which they are shown. */
export async function listBanners(
  sql: Sql,
  filter: { readonly isShown: boolean; readonly limit: number; readonly after?: BannerPlace },
): Promise<BannerPage> {
  const { isShown, limit, after = { sort: 0, bannerId: 0 } } = filter;
  // A pair compared as one would not be looked up in the index.
  const rows = await sql.rows<BannerRow>(
    `${READ} WHERE sort >= ? AND (sort > ? OR banner_id > ?) ${isShown ? `AND ${SHOWN}` : ''}
     ORDER BY sort, banner_id LIMIT ?`,
    [after.sort, after.sort, after.bannerId, limit],
  );
  const last = rows.length < limit ? undefined : rows.at(-1);
  return {
    banners: rows.map(bannerOf),
    next: last ? { sort: last.sort, bannerId: last.banner_id } : null,
  };
}

export async function addBanner(database: Database, given: BannerDraft): Promise<Saved<Banner>> {
  const draft = checkedBanner(given);
  return await database.transaction(async (sql) => {
    await underKeys(
      () =>
        sql.write(
          `INSERT INTO banners (image, sort, goods_id, url, starts_at, ends_at)
           VALUES (?, ?, ?, ?, ?, ?)`,
          columnsOf(draft),
        ),
      { notThere: notInCatalogue },
    );
    return { change: 'created', row: { ...draft, bannerId: await newId(sql), version: 1 } };
  });
}

export async function changeBanner(
  database: Database,
  bannerId: number,
  given: BannerDraft,
  expectedVersion?: number,
): Promise<Saved<Banner>> {
  const draft = checkedBanner(given);
  return await database.transaction(async (sql) => {
    const found = await lockBanner(sql, bannerId);
    if (isSameBanner(found, draft)) return { change: 'unchanged', row: found };
    assertVersion(`banner ${bannerId}`, found, expectedVersion);
    await underKeys(
      () =>
        sql.write(
          `UPDATE banners SET image = ?, sort = ?, goods_id = ?, url = ?, starts_at = ?,
             ends_at = ?, version = version + 1 WHERE banner_id = ?`,
          [...columnsOf(draft), bannerId],
        ),
      { notThere: notInCatalogue },
    );
    return { change: 'changed', row: { ...draft, bannerId, version: found.version + 1 } };
  });
}

export async function removeBanner(
  database: Database,
  bannerId: number,
  expectedVersion?: number,
): Promise<void> {
  await database.transaction(async (sql) => {
    assertVersion(`banner ${bannerId}`, await lockBanner(sql, bannerId), expectedVersion);
    await sql.write('DELETE FROM banners WHERE banner_id = ?', [bannerId]);
  });
}

async function lockBanner(sql: Sql, bannerId: number): Promise<Banner> {
  const [row] = await sql.rows<BannerRow>(`${READ} WHERE banner_id = ? FOR UPDATE`, [bannerId]);
  if (row) return bannerOf(row);
  throw new AppError('unknown-banner', `there is no banner ${bannerId}`);
}

function bannerOf(row: BannerRow): Banner {
  const target = { goodsId: row.goods_id, url: row.url } as
    | { goodsId: number; url: null }
    | { goodsId: null; url: string }; // which the table holds by a constraint
  return {
    bannerId: row.banner_id,
    image: row.image,
    sort: row.sort,
    ...target,
    startsAtMs: row.starts_at === null ? null : millisOf(row.starts_at),
    endsAtMs: row.ends_at === null ? null : millisOf(row.ends_at),
    version: row.version,
  };
}

function columnsOf({ image, sort, goodsId, url, startsAtMs, endsAtMs }: BannerDraft): SqlValue[] {
  const time = (ms: number | null) => (ms === null ? null : databaseTimeOf(ms));
  return [image, sort, goodsId, url, time(startsAtMs), time(endsAtMs)];
}

function notInCatalogue(): AppError {
  return new AppError('banner-goods-unknown', 'the goods it leads to are not in the catalogue');
}
