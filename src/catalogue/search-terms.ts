/**
 * A name as the full-text index shall know it, in letters that no server cuts, drops as too short
 * or takes for a common word. Scripts that are written without blanks become pairs of neighbours,
 * so that any part of a run is a phrase of pairs; other words stay whole.
 */
const RUNS =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}ー]+/gu;
const WORDS = /[\p{L}\p{N}\p{M}]+/gu;
/** Longer than what the server keeps of one word, and than any word. */
const WORD_BYTES = 36;
/** What is asked for by more words than this is found by the first of them. */
const ASKED_MAX = 12;

export function termsOf(name: string): string {
  const folded = foldedName(name);
  const pairs = [...folded.matchAll(RUNS)].flatMap(([run]) => pairsOf(Array.from(run), true));
  const words = [...folded.replaceAll(RUNS, ' ').matchAll(WORDS)].map(([word]) => wordOf(word));
  return [...pairs, ...words].join(' ');
}

/** A search: what the index is asked, and what stands in the terms of each name that it finds. */
export interface Asked {
  readonly inIndex: string;
  /** Patterns for the terms between blanks; together they mean what the index is asked. */
  readonly inTerms: readonly string[];
}

/** Null when there is nothing in a text to look for. */
export function askedFor(text: string): Asked | null {
  const folded = foldedName(text);
  const runs = [...folded.matchAll(RUNS)].map(([run]) => {
    const signs = Array.from(run);
    // One sign alone begins a pair, or ends its run.
    return signs.length === 1 ? beginning(pairsOf(signs, true)[0] ?? '') : phrase(pairsOf(signs));
  });
  const words = [...folded.replaceAll(RUNS, ' ').matchAll(WORDS)].map(([word]) =>
    beginning(wordOf(word)),
  );
  const parts = [...runs, ...words].slice(0, ASKED_MAX);
  if (parts.length === 0) return null;
  return {
    inIndex: parts.map(({ inIndex }) => inIndex).join(' '),
    inTerms: parts.map(({ inTerms }) => inTerms),
  };
}

function beginning(term: string): { readonly inIndex: string; readonly inTerms: string } {
  return { inIndex: `+${term}*`, inTerms: `% ${term}%` };
}

function phrase(terms: readonly string[]): { readonly inIndex: string; readonly inTerms: string } {
  return { inIndex: `+"${terms.join(' ')}"`, inTerms: `% ${terms.join(' ')} %` };
}

/** Without what people leave out when they type: capitals, full widths, accents. */
function foldedName(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase();
}

/** The last sign stands alone once more: it begins no pair, and may be all that is asked for. */
function pairsOf(signs: readonly string[], withLast = false): string[] {
  const pairs = signs.slice(1).map((sign, at) => `z${hexOf((signs[at] ?? '') + sign)}`);
  return withLast ? [...pairs, `z${hexOf(signs.at(-1) ?? '')}`] : pairs;
}

function wordOf(word: string): string {
  return `w${Buffer.from(word).subarray(0, WORD_BYTES).toString('hex')}`;
}

function hexOf(signs: string): string {
  const codes = Array.from(signs, (sign) => (sign.codePointAt(0) ?? 0).toString(16));
  return codes.map((code) => code.padStart(5, '0')).join('');
}
