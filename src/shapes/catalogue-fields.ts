import { type TSchema, Type } from 'typebox';

const rowId = (description: string) =>
  Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description });

export const brandIdField = rowId('the number of a brand');
export const categoryIdField = rowId('the number of a category');
export const bannerIdField = rowId('the number of a banner');

const CONTROL = '\\u0000-\\u001f\\u007f';
/** A name in any language; nothing in it moves a cursor or ends a line. */
export const nameField = Type.String({
  pattern: `^[^\\s${CONTROL}](?:[^${CONTROL}]{0,198}[^\\s${CONTROL}])?$`,
  description: '1 to 200 characters, without blanks at the ends and without control characters',
});

export const goodsSnField = Type.String({
  pattern: '^[!-~]{1,64}$',
  description: '1 to 64 visible characters of ASCII, without blanks',
});

export const goodsStatusField = Type.Unsafe<'on-sale' | 'off-sale'>({
  type: 'string',
  enum: ['on-sale', 'off-sale'],
  description: 'one of on-sale, off-sale',
});

/** Where a picture is; never a scheme that a page would run. */
export const pictureField = Type.String({
  pattern: '^(?:https?:/)?/[A-Za-z0-9][!-~]{0,480}$',
  description: 'a URL of http or https, or a path from /, of up to 490 characters',
});

export const linkField = Type.String({
  pattern: '^https?://[A-Za-z0-9][!-~]{0,480}$',
  description: 'a URL of http or https, of up to 490 characters',
});

export const sortField = Type.Integer({
  minimum: 0,
  maximum: 1_000_000,
  description: 'a whole number from 0 to 1000000; the lowest comes first',
});

export const momentField = Type.String({
  pattern: '^20\\d\\d-[01]\\d-[0-3]\\dT[0-2]\\d:[0-5]\\d:[0-5]\\d(?:\\.\\d{1,3})?Z$',
  description: 'a time in UTC of this century, such as 2026-11-20T12:00:00Z',
});

export const searchField = Type.String({
  minLength: 1,
  maxLength: 100,
  description: '1 to 100 characters of a name',
});

export const nullable = (field: TSchema) => {
  const { description } = field as { readonly description?: string };
  return Type.Union([field, Type.Null()], { description: `null, or ${description ?? 'a value'}` });
};
