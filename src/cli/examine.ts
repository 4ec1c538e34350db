import type { Config } from '../app/index.ts';
import { AppError, codeOf, messageOf, redactText } from '../kernel/index.ts';
import { nextStepOf } from './error-text.ts';
import type { Check } from './check.ts';
import { examineDatabase, examineLocks, examineRedis } from './examine-servers.ts';
import { examineProduction } from './examine-production.ts';
import type { Session } from './command-session.ts';

/** Looks at everything that a system needs here; one thing that is wrong hides no other. */
export async function examine(
  session: Session,
  { production }: { readonly production: boolean },
): Promise<Check[]> {
  const machine = await examineMachine();
  let config: Config;
  try {
    config = await session.config();
  } catch (error) {
    return [...machine, ...settingsProblems(error)];
  }
  const servers = await Promise.all([
    looked('database', () => examineDatabase(config)),
    looked('redis', () => examineRedis(config)),
    looked('locks', () => examineLocks(config)),
  ]);
  const settings = { what: 'settings', ok: true, found: 'complete' };
  const more = production ? await examineProduction(config, looked) : [];
  return [...machine, settings, ...servers.flat(), ...more];
}

async function examineMachine(): Promise<Check[]> {
  const { inspectMachine } = await import('../launch/index.ts');
  const { node, database, redis, broken, home, running } = await inspectMachine();
  const program = (what: string, found: { flavour: string; version: string } | null): Check => ({
    what,
    ok: true,
    found: found ? `${found.flavour} ${found.version}` : 'none here; needed only by npm start',
  });
  return [
    { what: 'node', ok: true, found: `${node.version} on ${node.platform}` },
    program('database program', database),
    program('redis program', redis),
    ...broken.map((path) => ({
      what: 'server program',
      ok: false,
      found: `${path} does not run`,
      next: 'install it again',
    })),
    {
      what: 'running system',
      ok: true,
      found: running ? `process ${running.pid}` : `none under ${home.folder}`,
      ...(running ? {} : { next: 'npm start runs one' }),
    },
  ];
}

function settingsProblems(error: unknown): Check[] {
  const problems = error instanceof AppError ? error.details['problems'] : undefined;
  const list = Array.isArray(problems) ? problems.map(String) : [messageOf(error)];
  const next = nextStepOf(error);
  return list.map((found) => ({
    what: 'settings',
    ok: false,
    found: redactText(found),
    ...(next === undefined ? {} : { next }),
  }));
}

/** A server that cannot be looked at is what was found. */
async function looked(what: string, look: () => Promise<readonly Check[]>): Promise<Check[]> {
  try {
    return [...(await look())];
  } catch (error) {
    const found = redactText(`${codeOf(error)}: ${messageOf(error)}`);
    return [{ what, ok: false, found, next: ADVICE[what] ?? 'start it, or mend its URL' }];
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  database: 'start it, or mend HOLDFAST_DATABASE_URL',
  redis: 'start it, or mend HOLDFAST_REDIS_URL; until then the database alone keeps the shop going',
  locks: 'start the nodes, or mend HOLDFAST_LOCK_URLS; until then row locks alone guard the stock',
};
