import type { Tree } from './repo-files.ts';

interface WordRule {
  readonly word: RegExp;
  readonly within?: RegExp;
  readonly say: string;
}

/** The square brackets keep each pattern from finding itself. */
const WORD_RULES: readonly WordRule[] = [
  { word: /\b(?:TO[D]O|FIX[M]E|X[X]X)\b/, say: 'do it now, or open an issue' },
  { word: /@ts-(?:ig[n]ore|noch[e]ck)/, say: 'mend the type' },
  { word: /\b(?:eslin[t]|oxlin[t])-disable/, say: 'mend the code, or argue about the rule' },
  { word: /\.\.\/s[h]ared\b|\/wor[k]\//, say: 'a path of one machine' },
  {
    word: /\b(?:regist[r]y|np[m])\.[a-z0-9-]+\.[a-z]{2,}|\b(?:verdacc[i]o|artifac[t]ory)\b/i,
    say: 'the host of a package registry: npm knows where to ask',
  },
  { word: /"resolved": "http/, within: /package-lock\.json$/, say: 'run npm with its default' },
  {
    word: /\bsub-?[a]gents?\b|\bcla[u]de\b|\bA[I] (?:assistant|model|session)\b|\bchat[g]pt\b/i,
    say: 'not about this project',
  },
];

/** Words that stay out of every file of the project, its documents included. */
export function bannedWords(tree: Tree): string[] {
  return [...tree].flatMap(([path, text]) =>
    WORD_RULES.filter(({ within }) => within?.test(path) ?? true).flatMap(({ word, say }) =>
      text.split('\n').flatMap((line, index) => {
        const found = word.exec(line)?.[0];
        return found === undefined ? [] : [`${path}:${index + 1} "${found}": ${say}`];
      }),
    ),
  );
}
