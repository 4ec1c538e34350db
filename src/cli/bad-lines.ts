import { AppError } from '../kernel/index.ts';

/** Bad lines of a file, each with its number and what is wrong with it. */
export function badLines(
  path: string,
  bad: number,
  problems: readonly { readonly line: number; readonly problem: string }[],
): AppError {
  const shown = problems.map(({ line, problem }) => `line ${line}: ${problem}`);
  const more = bad > problems.length ? [`and ${bad - problems.length} more`] : [];
  const head = `${path} has ${bad} bad ${bad === 1 ? 'line' : 'lines'}; nothing was done`;
  return new AppError('invalid-file', [head, ...shown, ...more].join('\n  '), {
    details: { bad, problems },
  });
}
