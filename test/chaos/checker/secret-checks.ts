import type { Broken } from './verdict.ts';

/** Who somebody is, a token, a password: none of it is for the eyes of those who read logs. */
export function checkSecrets(logs: string, secrets: readonly RegExp[]): Broken[] {
  const lines = logs.split('\n');
  return secrets.flatMap((secret) => {
    const told = lines.filter((line) => secret.test(line));
    return told.map((line) => ({
      id: 'S22',
      what: `a log tells ${secret}: ${line.slice(0, 200)}`,
    }));
  });
}
