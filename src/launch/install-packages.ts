import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { AppError } from '../kernel/index.ts';
import { findProgram, type Places } from './find-servers.ts';
import { debianPackages } from './install-advice.ts';
import type { Environment, LaunchSettings } from './launch-settings.ts';
import type { Needs } from './private-servers.ts';
import type { Screen } from './screen.ts';

/** The machine as far as it decides whether packages may be installed without a question. */
export interface Circumstances {
  readonly isRoot: boolean;
  readonly isContainer: boolean;
  readonly isCi: boolean;
  readonly hasTerminal: boolean;
}

export function circumstances(env: Environment): Circumstances {
  return {
    isRoot: process.getuid?.() === 0,
    isContainer:
      ['/.dockerenv', '/run/.containerenv'].some(existsSync) ||
      Boolean(env['container'] || env['KUBERNETES_SERVICE_HOST']),
    isCi: Boolean(env['CI']) && env['CI'] !== 'false',
    hasTerminal: process.stdin.isTTY && process.stdout.isTTY,
  };
}

export type Consent = 'granted' | 'ask' | 'refused';

/** Nobody's laptop gets packages by surprise; a container or a CI job is there to be filled. */
export function consentToInstall(
  choice: LaunchSettings['install'],
  { isRoot, isContainer, isCi, hasTerminal }: Circumstances,
): Consent {
  if (choice === 'no') return 'refused';
  if (choice === 'yes') return 'granted';
  if (isRoot && (isContainer || isCi || !hasTerminal)) return 'granted';
  return hasTerminal ? 'ask' : 'refused';
}

export interface InstallRequest {
  readonly needs: Needs;
  readonly choice: LaunchSettings['install'];
  readonly around: Circumstances;
  readonly places: Places;
  readonly screen: Screen;
}

/** True when packages were installed; false when that was not possible or not allowed. */
export async function installPackages(request: InstallRequest): Promise<boolean> {
  const { needs, choice, around, places, screen } = request;
  const apt = findProgram(['apt-get'], places);
  const consent = consentToInstall(choice, around);
  const prefix = around.isRoot ? [] : sudo(places, around);
  if (!apt || consent === 'refused' || prefix === null) return false;

  const packages = debianPackages(needs);
  const commands = [
    [...prefix, 'apt-get', 'update'],
    [...prefix, 'apt-get', 'install', '-y', '--no-install-recommends', ...packages],
  ];
  screen.say('\nMissing server programs can be had from the packages of this system:\n');
  for (const command of commands) screen.say(`  ${command.join(' ')}`);
  screen.say('\nThey hold programs only: no service is set up and no server is left running.\n');
  if (consent === 'ask' && !(await saysYes('Type yes to run these two commands: '))) return false;

  for (const command of commands) {
    await screen.during(command.slice(0, prefix.length + 2).join(' '), run(command));
  }
  screen.fact('installed', packages.join(' '));
  return true;
}

/** Without a terminal nobody could type a password: then sudo may only work if it needs none. */
function sudo(places: Places, { hasTerminal }: Circumstances): string[] | null {
  if (!findProgram(['sudo'], places)) return null;
  return hasTerminal ? ['sudo'] : ['sudo', '-n'];
}

/** Anything else than a typed "yes" is a no. */
export async function saysYes(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  // The prompt swallows Ctrl-C; handed on, it ends the launcher like everywhere else.
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([lines.question(question), closed]);
    return answer.trim().toLowerCase() === 'yes';
  } finally {
    lines.close();
  }
}

const TAIL_LINES = 20;

/** Quiet when it works; when it fails, the end of what it said is the message. */
function run([command = '', ...args]: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const said: Buffer[] = [];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const child = spawn(command, args, { stdio: ['inherit', 'pipe', 'pipe'], env });
    child.stdout.on('data', (bytes: Buffer) => said.push(bytes));
    child.stderr.on('data', (bytes: Buffer) => said.push(bytes));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) return resolve();
      const tail = Buffer.concat(said).toString().trimEnd().split('\n').slice(-TAIL_LINES);
      const what = [command, ...args].join(' ');
      reject(
        new AppError('install-failed', `${what} failed (exit code ${code}):\n${tail.join('\n')}`),
      );
    });
  });
}
