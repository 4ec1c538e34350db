import { AppError } from '../kernel/index.ts';

/** How deep the tree may be; the database has it as a constraint. */
export const LEVEL_MAX = 8;

export interface CategoryDraft {
  readonly name: string;
  /** Null: it stands at the top. */
  readonly parentId: number | null;
}

export interface Category extends CategoryDraft {
  readonly categoryId: number;
  /** 1 at the top. */
  readonly level: number;
  /** The way from the top, itself included, such as `1.5.17.`. */
  readonly path: string;
  readonly version: number;
}

/** What a move does to everything below: its way begins anew, so many levels up or down. */
export interface CategoryMove {
  readonly from: string;
  readonly to: string;
  readonly levels: number;
}

/**
 * The move of a category under a new parent. Refused when it would come under itself, or when the
 * lowest of what is below it would be too deep.
 */
export function moveOf(
  category: Category,
  parent: Category | null,
  lowestLevel: number,
): CategoryMove {
  const { categoryId, path, level } = category;
  if (parent?.path.startsWith(path)) {
    const text = `category ${categoryId} would come under itself`;
    throw new AppError('category-cycle', text, { details: { categoryId } });
  }
  const move = {
    from: path,
    ...placeUnder(parent, categoryId),
    levels: levelUnder(parent) - level,
  };
  assertLevel(lowestLevel + move.levels);
  return move;
}

export function placeUnder(parent: Category | null, categoryId: number): { readonly to: string } {
  return { to: `${parent?.path ?? ''}${categoryId}.` };
}

export function levelUnder(parent: Category | null): number {
  return (parent?.level ?? 0) + 1;
}

export function assertLevel(level: number): void {
  if (level <= LEVEL_MAX) return;
  throw new AppError('category-too-deep', `level ${level} of ${LEVEL_MAX} that a tree may have`, {
    details: { level, allowed: LEVEL_MAX },
  });
}
