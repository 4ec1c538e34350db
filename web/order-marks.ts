import { h } from './dom.ts';

const TONES: Readonly<Record<string, string>> = {
  awaited: 'faint',
  placed: 'faint',
  reserved: 'held',
  paid: 'sold',
  rejected: 'bad',
  expired: 'late',
  cancelled: 'faint',
  returned: 'available',
};

/** The state of an order as a word with a tone; why, where that is known, on hover. */
export function stateMark({
  state,
  reason,
}: {
  readonly state: string;
  readonly reason?: string;
}): HTMLElement {
  const text = reason === undefined ? state : `${state}: ${reason}`;
  return h('span', { class: `mark ${TONES[state] ?? ''}` }, text);
}

/** Minor units as people write them. */
export function amountText({
  amount,
  currency,
}: {
  readonly amount?: number | null;
  readonly currency?: string | null;
}): string {
  if (amount === undefined || amount === null) return '';
  if (!currency) return String(amount);
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}
