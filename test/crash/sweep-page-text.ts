import type { Scenario } from './crash-scenario.ts';
import type { SweepVerdict } from './sweep-run.ts';
import { pointsText, tableOf, violationsOf } from './sweep-report.ts';
import { MODES, type Mode } from './wire-tap.ts';

export interface SweepFacts {
  readonly commit: string;
  readonly day: string;
  readonly machine: string;
  readonly seconds: number;
}

const HAPPENS: Readonly<Record<Mode, readonly string[]>> = {
  'fail-before': ['the request is not passed on, and its connection is cut'],
  'fail-after': ['the request is carried out, its answer is lost, and its connection is cut'],
  'kill-before': ['the process is killed (SIGKILL) before the request is passed on'],
  'kill-after': ['the process is killed after the request was carried out, before its answer'],
  stall: [
    'the process stands still (SIGSTOP), its request on the way, for longer than its locks and',
    'its jobs last; others take its jobs and want most of its goods; then it goes on, and the',
    'request arrives',
  ],
};

/** The page docs/reference/crash-sweep.md, whole. */
export function sweepPage(
  scenarios: readonly Scenario[],
  verdict: SweepVerdict,
  { commit, day, machine, seconds }: SweepFacts,
): string {
  const wrong = violationsOf(scenarios, verdict).length;
  const modes = MODES.map((mode) => `| \`${mode}\` | ${HAPPENS[mode].join(' ')} |`).join('\n');
  return `# The crash sweep: every single fault, one at a time

Written by \`npm run chaos:sweep -- --write\`. Commit ${commit}, ${day},
${machine}: **${verdict.runs.length} runs, ${wrong} violations**, ${seconds} s.

A process that runs the product's own parts (saga, locks, queue workers, sweep, delivery of
notices) speaks with real servers, each through a proxy of its own. The proxy numbers every
statement (BEGIN and COMMIT among them) and every Redis command that a scenario causes, as it goes
over the wire; nothing in the product knows of it. Then the scenario is played again for each
number and each of these modes:

| mode | what happens at the point |
|---|---|
${modes}

${tableOf(scenarios, verdict)}

${LOOKED_AT}
${NOT_NUMBERED}
${RUNNING}
## The points

${pointsText(verdict.calm)}
`;
}

const LOOKED_AT = `## What is looked at after each run

A new process takes the place of a dead one, the sweep runs, and it is waited until nobody owes
anything any more. Then, and once more after producers and callers have sent all they had sent
again, with the same ids:

- \`audit\` finds no difference, and neither do the statements of \`test/support/books.ts\`, which
  share no code with it;
- each order has come to the state it must have, told by its rows: one hold, one settle or release
  for each line, one payment, each notice written once. Where somebody else was faster during a
  stall it may be rejected, or paid too late with a refund due: the scenario names it, and nothing
  else passes;
- no order is placed or overdue, no job waits, and there are as many dead letters as there must be;
- notices were told in order, and one of them at most was told twice;
- a lock is free again; nobody held it together with somebody else or gave back another's, and
  fences only rose;
- no process has ended by itself, and the fault has struck: a point that is not reached is a
  violation.

A scenario that has another number of points than it is written down with is a violation as well:
then something is no longer seen, or is new.
`;

const NOT_NUMBERED = `## What is not numbered

- What a new connection says before it is used (login, session settings, HELLO, INFO): how often,
  the pools decide.
- Blocking reads of BullMQ: they are on their way before a scenario begins. Their connections are
  cut, and their process dies, in other runs.
- What the clock causes: renewals of locks and jobs, looks for stalled jobs. The scenario \`lock\`
  renews because it is asked to, and there renewals are numbered.
- What the sweep and the delivery do after a fault: one fault at a time.
- HTTP requests to the receiver of notices; \`test/delivery\` cuts those.
- In \`jobs-along\`, all but the first of the two scripts it is about: how many jobs come one by one
  before the others come along, chance decides.

## What this does not cover

- Two faults in one run.
- Servers that die, forget, or change their clocks; disks and power.
- Three lock nodes stand for any number, and one or two dozen orders for many.
- Seconds that only would have to be waited for are taken off, by setting \`due_at\` as if they
  were over.
- A process that dies between two requests is one that dies before the second.
`;

const RUNNING = `## Running it

\`npm run chaos:sweep\` plays all of it on private servers; \`-- --sample K/N\` plays a part,
\`-- --scenario NAME --point N --mode M\` one run; \`-- --json\` answers programs, and
\`-- --help\` says the rest.
\`npm test\` plays one part each day, so that all are played in turn; its title names the part, and
\`CRASH_SWEEP_DAY\` (counted from 1970) sets the day.
`;
