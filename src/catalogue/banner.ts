import { AppError } from '../kernel/index.ts';

/** Either goods of the catalogue, or a page anywhere. */
export type BannerTarget =
  | { readonly goodsId: number; readonly url: null }
  | { readonly goodsId: null; readonly url: string };

export type BannerDraft = BannerTarget & {
  readonly image: string;
  /** The lowest is shown first. */
  readonly sort: number;
  /** From when and until when, in milliseconds since 1970; null has no end. */
  readonly startsAtMs: number | null;
  readonly endsAtMs: number | null;
};

export type Banner = BannerDraft & { readonly bannerId: number; readonly version: number };

export function isSameBanner(one: BannerDraft, other: BannerDraft): boolean {
  return (
    one.image === other.image &&
    one.sort === other.sort &&
    one.goodsId === other.goodsId &&
    one.url === other.url &&
    one.startsAtMs === other.startsAtMs &&
    one.endsAtMs === other.endsAtMs
  );
}

/** One target, and a period that is not over before it begins. */
export function checkedBanner(draft: BannerDraft): BannerDraft {
  if ((draft.goodsId === null) === (draft.url === null)) {
    throw new AppError('invalid-input', 'a banner leads to goodsId or to url, and not to both');
  }
  const { startsAtMs, endsAtMs } = draft;
  if (startsAtMs !== null && endsAtMs !== null && startsAtMs >= endsAtMs) {
    throw new AppError('invalid-input', 'endsAt is not after startsAt');
  }
  if (draft.url !== null) assertWebUrl(draft.url);
  return draft;
}

/** A link that a browser follows: one of `javascript:` would run in the shop's own page. */
function assertWebUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isWeb = url !== null && (url.protocol === 'https:' || url.protocol === 'http:');
  if (isWeb && url.username === '' && url.password === '') return;
  throw new AppError('invalid-input', 'url is none that can be used, allowed is http or https');
}
