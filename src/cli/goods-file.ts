import type { GoodsRow } from '../catalogue/index.ts';
import { AppError } from '../kernel/index.ts';
import { formatOf, RECORD_FORMATS, type RecordFormat } from '../records/index.ts';
import {
  amountField,
  brandIdField,
  categoryIdField,
  checkedFields,
  currencyField,
  goodsIdField,
  goodsSnField,
  goodsStatusField,
  nameField,
} from '../shapes/index.ts';
import { choiceIn, numberIn } from './given.ts';

/** What a file of goods has of each, and in which order it is written. */
export const GOODS_COLUMNS = [
  'goodsId',
  'goodsSn',
  'name',
  'brandId',
  'categoryId',
  'shopPrice',
  'currency',
  'status',
] as const satisfies readonly (keyof GoodsRow)[];

const NUMBERS: readonly (typeof GOODS_COLUMNS)[number][] = [
  'goodsId',
  'brandId',
  'categoryId',
  'shopPrice',
];

const check = checkedFields(
  {
    goodsId: goodsIdField,
    goodsSn: goodsSnField,
    name: nameField,
    brandId: brandIdField,
    categoryId: categoryIdField,
    shopPrice: amountField,
    currency: currencyField,
    status: goodsStatusField,
  },
  {},
);

export function goodsRowIn(value: unknown, format: RecordFormat): GoodsRow {
  const fields = (value ?? {}) as Readonly<Record<string, unknown>>;
  const given = GOODS_COLUMNS.map((name) => {
    const isText = format === 'csv' && NUMBERS.includes(name);
    return [name, isText ? numberIn(fields[name]) : fields[name]] as const;
  });
  return check(Object.fromEntries(given.filter(([, field]) => field !== undefined)));
}

/** What was asked for, else what the name of the file tells. */
export function fileFormat(asked: string | undefined, path: string | undefined): RecordFormat {
  const chosen = choiceIn('format', asked, RECORD_FORMATS);
  const format = chosen ?? (path === undefined ? 'csv' : formatOf(path));
  if (format) return format;
  throw new AppError(
    'wrong-use',
    `the name ${path} does not tell whether it is CSV or NDJSON; say --format csv or ndjson`,
  );
}
