import type { Home } from './home.ts';
import { withoutPassword } from './private-servers.ts';
import type { RunFacts } from './run-file.ts';

/** What the person at the terminal needs next: where everything is, and what to try. */
export function welcome(facts: RunFacts, home: Home, elapsedMs: number): string {
  const doors: [string, string | null][] = [
    ['console', facts.consoleUrl],
    ['HTTP API', facts.httpUrl],
    ['gRPC', facts.grpcAddress],
    ['Bull Board', facts.boardUrl],
    ['database', withoutPassword(facts.databaseUrl)],
    ['queue Redis', `${withoutPassword(facts.redisUrl)}  (prefix ${facts.queuePrefix})`],
    ['lock nodes', facts.lockUrls.map(withoutPassword).join(' ')],
    ['all of this', `${home.runFile}  (with passwords and tokens, for your eyes only)`],
  ];
  return [
    '',
    `Holdfast is ready (${(elapsedMs / 1_000).toFixed(2)} s).`,
    '',
    ...doors.flatMap(([word, where]) => (where === null ? [] : `  ${word.padEnd(12)} ${where}`)),
    '',
    'Try next, in another terminal:',
    '',
    '  npm run -s holdfast -- stock set 1 100',
    '  npm run -s holdfast -- order place first --line 1:2',
    '  npm run -s holdfast -- audit',
    '  npm run -s holdfast -- --help',
    '',
    'Ctrl-C stops everything and keeps the data.',
    '',
  ].join('\n');
}
