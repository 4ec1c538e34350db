import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from './repo-files.ts';

const QUEUE = "import { Queue } from 'bullmq';\nconst queue = new Queue('orders');\n";
const KNEX = "import type { Knex } from 'knex';\n";

/** What must not pass, and the rule that must say so. */
const PLANTED: Readonly<Record<string, readonly [rule: string, source: string]>> = {
  'a job that nobody waits for': [
    'typescript(no-floating-promises)',
    `${QUEUE}export function nudge(): void {\n  queue.add('order', {});\n}\n`,
  ],
  'a transaction that nobody waits for': [
    'typescript(no-floating-promises)',
    `${KNEX}export async function pay(knex: Knex): Promise<void> {
  knex.transaction(async (trx) => {\n    await trx('orders').update({ state: 'paid' });\n  });
}\n`,
  ],
  'a statement that nobody waits for': [
    'typescript(no-floating-promises)',
    `${KNEX}export async function pay(knex: Knex): Promise<void> {
  await knex.transaction(async (trx) => {\n    trx('orders').update({ state: 'paid' });\n  });
}\n`,
  ],
  'a promise taken for a yes or no': [
    'typescript(no-misused-promises)',
    `${QUEUE}export function quiet(): number {\n  if (queue.isPaused()) return 1;
  return 0;\n}\n`,
  ],
  'a callback whose promise is dropped': [
    'typescript(no-misused-promises)',
    `${QUEUE}export function nudge(ids: readonly string[]): void {
  ids.forEach(async (id) => {\n    await queue.add(id, {});\n  });\n}\n`,
  ],
  'a state that a switch forgets': [
    'typescript(switch-exhaustiveness-check)',
    `export function ends(state: 'placed' | 'paid' | 'expired'): boolean {
  let ended = false;
  switch (state) {\n    case 'paid':\n      ended = true;\n      break;\n    case 'placed':
      break;\n  }\n  return ended;\n}\n`,
  ],
  'an any': [
    'typescript(no-explicit-any)',
    'export function read(row: any): unknown {\n  return row;\n}\n',
  ],
  'a loose comparison': [
    'eslint(eqeqeq)',
    'export const same = (a: number | string, b: number): boolean => a == b;\n',
  ],
  'an empty catch': [
    'eslint(no-empty)',
    'export function run(act: () => void): void {\n  try {\n    act();\n  } catch {}\n}\n',
  ],
  'an error that is caught and not used': [
    'eslint(no-unused-vars)',
    `export function run(act: () => number): number {
  try {\n    return act();\n  } catch (error) {\n    return 0;\n  }\n}\n`,
  ],
  'a function of 71 lines': [
    'eslint(max-lines-per-function)',
    `export function long(say: () => void): void {\n${'  say();\n'.repeat(69)}}\n`,
  ],
  'a file that imports itself by a detour': [
    'import(no-cycle)',
    "import { far } from './detour.ts';\nexport const near = (): number => far();\n",
  ],
};

const CLEAN = `${QUEUE}export async function nudge(ids: readonly string[]): Promise<void> {
  for (const id of ids) await queue.add(id, {});
  queue.add('last', {}).catch((error: unknown) => queue.emit('error', error as Error));
}\n`;

interface Finding {
  readonly code: string;
  readonly filename: string;
}

describe('the linter', () => {
  let folder = '';
  let findings: readonly Finding[] = [];
  const names = Object.keys(PLANTED);
  const fileOf = (name: string) => `${name.replaceAll(' ', '-')}.ts`;
  const found = (file: string) =>
    findings.filter(({ filename }) => filename.endsWith(`/${file}`)).map(({ code }) => code);

  before(function () {
    this.timeout(30_000);
    // Inside the project, where imports of packages resolve, and inside dist, which Git, the
    // compiler and the real lint run pass over, should this process be killed half way.
    mkdirSync(join(ROOT, 'dist'), { recursive: true });
    folder = mkdtempSync(join(ROOT, 'dist', 'planted-'));
    const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
    write('.oxlintrc.json', '{ "extends": ["../../.oxlintrc.json"] }');
    write('tsconfig.json', '{ "extends": "../../tsconfig.json", "include": ["."] }');
    for (const [name, [, source]] of Object.entries(PLANTED)) write(fileOf(name), source);
    const detour = `./${fileOf('a file that imports itself by a detour')}`;
    write(
      'detour.ts',
      `import { near } from '${detour}';\nexport const far = (): number => near();\n`,
    );
    write('clean.ts', CLEAN);
    findings = lint(folder);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const name of names) {
    it(`refuses ${name}`, () => {
      expect(found(fileOf(name))).to.include(PLANTED[name]?.[0]);
    });
  }

  it('has nothing against promises that are awaited or whose failure is recorded', () => {
    expect(found('clean.ts')).to.deep.equal([]);
  });
});

/** The project's own rules over each file of the folder, and what they found. */
function lint(folder: string): Finding[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  const { stdout, stderr, status } = spawnSync(
    join(ROOT, 'node_modules', '.bin', 'oxlint'),
    ['--type-aware', '--deny-warnings', '--format', 'json']
      .concat('-c', join(folder, '.oxlintrc.json'))
      .concat(files.map((name) => join(folder, name))),
    { encoding: 'utf8', cwd: ROOT, shell: process.platform === 'win32' },
  );
  if (status !== 1) throw new Error(`oxlint ended with ${status}, not with 1: ${stdout}${stderr}`);
  const report = JSON.parse(stdout) as { diagnostics: Finding[]; number_of_files: number };
  expect(report.number_of_files).to.equal(files.length);
  return report.diagnostics;
}
