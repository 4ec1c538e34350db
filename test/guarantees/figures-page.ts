import { boundOf, type Figure, holds, valueOf } from './figure.ts';

export interface Measured {
  readonly id: string;
  readonly promise: string;
  readonly seconds: number;
  readonly figures: readonly Figure[];
  /** Why it could not be measured. */
  readonly failure?: string;
}

export interface PageFacts {
  readonly commit: string;
  readonly machine: string;
  readonly minutes: number;
}

const lineOf = (figure: Figure) =>
  `| ${figure.what} | ${valueOf(figure)} | ${boundOf(figure)} | ${verdictOf(figure)} |`;

function verdictOf(figure: Figure): string {
  if (boundOf(figure) === '') return '';
  return holds(figure) ? 'kept' : '**broken**';
}

export const isKept = ({ figures, failure }: Measured) =>
  failure === undefined && figures.length > 0 && figures.every(holds);

function tableOf({ figures, failure }: Measured): string {
  if (failure !== undefined) return `**Could not be measured**: ${failure.split('\n')[0]}`;
  return ['| | measured | must be | |\n|---|---|---|---|', ...figures.map(lineOf)].join('\n');
}

/** The page that is kept of a run. */
export function figuresPage(facts: PageFacts, all: readonly Measured[]): string {
  const { commit, machine, minutes } = facts;
  return [
    '# Figures of the guarantees',
    '',
    `Written by \`npm run guarantees -- --write\` at commit \`${commit}\`, on ${machine},`,
    `in ${minutes} minutes. What each promise means, and what holds it, is told in`,
    '[guarantees](../explanation/guarantees.md).',
    '',
    'Whole processes as they are shipped, on private servers: MariaDB that flushes each COMMIT,',
    'a queue Redis with an append-only file, five lock nodes. Files lie in memory, so disks are',
    'not in it. A pace is what a whole second shows, so it is never back in less than that.',
    ...all.flatMap((one) => ['', `## ${one.id}: ${one.promise}`, '', tableOf(one)]),
    '',
  ].join('\n');
}
