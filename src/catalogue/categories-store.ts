import { AppError, present } from '../kernel/index.ts';
import type { Database, Sql, SqlValue } from '../mysql/index.ts';
import {
  assertLevel,
  type Category,
  type CategoryDraft,
  type CategoryMove,
  levelUnder,
  moveOf,
  placeUnder,
} from './category.ts';
import { stillInUse, underKeys } from './key-refusals.ts';
import { newId } from './new-id-store.ts';
import { assertVersion, type Saved } from './saved.ts';

const READ = `SELECT category_id AS categoryId, parent_id AS parentId, level, name, path, version
  FROM categories`;

export async function readCategory(sql: Sql, categoryId: number): Promise<Category | null> {
  const [row] = await sql.rows<Category>(`${READ} WHERE category_id = ?`, [categoryId]);
  return row ?? null;
}

export interface CategoryFilter {
  /** Only what is below this one, itself included. */
  readonly under?: number;
  /** Down to this level. */
  readonly level?: number;
  readonly limit: number;
  /** The path that the page before ended with. */
  readonly after?: string;
}

export interface CategoryPage {
  readonly categories: readonly Category[];
  readonly next: string | null;
}

/** In the order of the tree: each category comes before what is below it. */
export async function listCategories(
  sql: Sql,
  { under, level, limit, after = '' }: CategoryFilter,
): Promise<CategoryPage> {
  const conditions = ['path > ?'];
  const values: SqlValue[] = [after];
  if (under !== undefined) {
    conditions.push('path LIKE ?');
    values.push(`${await pathOf(sql, under)}%`);
  }
  if (level !== undefined) {
    conditions.push('level <= ?');
    values.push(level);
  }
  const categories = await sql.rows<Category>(
    `${READ} WHERE ${conditions.join(' AND ')} ORDER BY path LIMIT ?`,
    [...values, limit],
  );
  return { categories, next: categories.length < limit ? null : (categories.at(-1)?.path ?? null) };
}

/** The category and all that are below it. */
export async function idsUnder(sql: Sql, categoryId: number): Promise<readonly number[]> {
  const rows = await sql.rows<{ category_id: number }>(
    'SELECT category_id FROM categories WHERE path LIKE ?',
    [`${await pathOf(sql, categoryId)}%`],
  );
  return rows.map(({ category_id }) => category_id);
}

async function pathOf(sql: Sql, categoryId: number): Promise<string> {
  const category = await readCategory(sql, categoryId);
  if (category) return category.path;
  throw unknownCategory(categoryId);
}

/** The same category again is answered as it is: below one parent a name belongs to one. */
export async function addCategory(
  database: Database,
  draft: CategoryDraft,
): Promise<Saved<Category>> {
  return await inTree(database, async (sql) => {
    const parent = await parentOf(sql, draft);
    const level = levelUnder(parent);
    assertLevel(level);
    const [known] = await sql.rows<Category>(`${READ} WHERE parent_key = ? AND name = ?`, [
      draft.parentId ?? 0,
      draft.name,
    ]);
    if (known) return { change: 'unchanged', row: known };
    await sql.write("INSERT INTO categories (parent_id, level, name, path) VALUES (?, ?, ?, '')", [
      draft.parentId,
      level,
      draft.name,
    ]);
    const categoryId = await newId(sql);
    const { to: path } = placeUnder(parent, categoryId);
    await sql.write('UPDATE categories SET path = ? WHERE category_id = ?', [path, categoryId]);
    return { change: 'created', row: { categoryId, ...draft, level, path, version: 1 } };
  });
}

/** A new name, a new parent, or both; all that is below comes along in the same transaction. */
export async function changeCategory(
  database: Database,
  categoryId: number,
  draft: CategoryDraft,
  expectedVersion?: number,
): Promise<Saved<Category>> {
  return await inTree(database, async (sql) => {
    const found = await readCategory(sql, categoryId);
    if (!found) throw unknownCategory(categoryId);
    const isMoved = found.parentId !== draft.parentId;
    if (!isMoved && found.name === draft.name) return { change: 'unchanged', row: found };
    assertVersion(`category ${categoryId}`, found, expectedVersion);
    if (isMoved) {
      const parent = await parentOf(sql, draft);
      await moveAll(sql, moveOf(found, parent, await lowestLevel(sql, found.path)));
    }
    await underKeys(
      () =>
        sql.write(
          `UPDATE categories SET name = ?, parent_id = ?, version = version + 1
           WHERE category_id = ?`,
          [draft.name, draft.parentId, categoryId],
        ),
      { taken: () => new AppError('name-taken', 'another category there has this name') },
    );
    const row = present(await readCategory(sql, categoryId), 'the changed category');
    return { change: 'changed', row };
  });
}

export async function removeCategory(
  database: Database,
  categoryId: number,
  expectedVersion?: number,
): Promise<void> {
  await inTree(database, async (sql) => {
    const found = await readCategory(sql, categoryId);
    if (!found) throw unknownCategory(categoryId);
    assertVersion(`category ${categoryId}`, found, expectedVersion);
    await underKeys(() => sql.write('DELETE FROM categories WHERE category_id = ?', [categoryId]), {
      stillUsed: () => stillInUse(`category ${categoryId}`, 'categories, brands or goods in it'),
    });
  });
}

/** One at a time: of two moves each may be in order, and both together make a ring. */
async function inTree<T>(database: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  return await database.transaction(async (sql) => {
    await sql.write('UPDATE category_tree SET version = version + 1 WHERE id = 1');
    return await work(sql);
  });
}

async function parentOf(sql: Sql, { parentId }: CategoryDraft): Promise<Category | null> {
  if (parentId === null) return null;
  const parent = await readCategory(sql, parentId);
  if (parent) return parent;
  throw new AppError('unknown-parent', `there is no category ${parentId} to be under`, {
    details: { parentId },
  });
}

async function lowestLevel(sql: Sql, path: string): Promise<number> {
  const [row] = await sql.rows<{ level: number }>(
    'SELECT MAX(level) AS level FROM categories WHERE path LIKE ?',
    [`${path}%`],
  );
  return present(row, 'the levels of a subtree').level;
}

async function moveAll(sql: Sql, { from, to, levels }: CategoryMove): Promise<void> {
  await sql.write(
    `UPDATE categories SET path = CONCAT(?, SUBSTRING(path, ?)),
       level = CAST(level AS SIGNED) + ? WHERE path LIKE ?`,
    [to, from.length + 1, levels, `${from}%`],
  );
}

function unknownCategory(categoryId: number): AppError {
  return new AppError('unknown-category', `there is no category ${categoryId}`);
}
