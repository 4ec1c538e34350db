import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Which of these programs this machine does not have. */
export async function missingPrograms(...names: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    names.map((name) =>
      run(name, ['--version']).then(
        () => [],
        (error: { code?: unknown }) => (error.code === 'ENOENT' ? [name] : []),
      ),
    ),
  );
  return found.flat();
}

/** What a script writes to its standard output; rejects with what it says when it fails. */
export async function runBash(script: string, folder: string): Promise<string> {
  const { PATH = '' } = process.env;
  const options = { cwd: folder, env: { PATH }, timeout: 30_000 };
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], options);
  return stdout;
}
