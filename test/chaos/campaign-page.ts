import type { CampaignTotal } from './chaos-campaign.ts';
import { FAULTS, type FaultKind } from './nemesis-plan.ts';
import type { SeedResult } from './play-seed.ts';
import { SOMETIMES, type Sometimes } from './sometimes.ts';

export interface CampaignFacts {
  readonly commit: string;
  readonly seeds: string;
  readonly machine: string;
  readonly minutes: number;
}

const NOT_COVERED = [
  'a power cut (files lie in memory, and `kill -9` leaves the page cache), a full or broken disk',
  'jumps of the clock of the database itself',
  'lost packets and half-open lines below TCP: a proxy stands for the network',
  'more than one machine, replicas and failover, Galera, Redis Cluster',
  'jobs that are delivered again because their worker died: BullMQ takes 30 to 45 s for that, ' +
    'and a seed is over by then',
  'gRPC, notices, the archive, and the locks on etcd and ZooKeeper, which have tests of their own',
];

/** The page that is kept of a campaign. */
export function campaignPage(
  facts: CampaignFacts,
  total: CampaignTotal,
  results: readonly SeedResult[],
): string {
  const broken = results.filter((result) => result.broken.length > 0);
  const kinds = Object.keys(total.byKind).length;
  return [
    `# A campaign of ${total.seeds} seeds`,
    '',
    `Written by \`npm run chaos -- --seeds ${facts.seeds} --write\` at commit`,
    `\`${facts.commit}\`, on ${facts.machine}, in ${facts.minutes} minutes.`,
    'One seed again: `npm run chaos -- --seed N`.',
    '',
    `**${total.orders} orders, ${total.faults} faults of ${kinds} kinds,`,
    `${total.kills} processes killed, ${total.databaseCrashes} crashes of the database,`,
    `${total.sometimes['commit unknown: yes'] + total.sometimes['commit unknown: no']} COMMITs of`,
    `unknown end: ${total.broken} seeds broke a promise.**`,
    boundLine(total),
    '',
    '## What befell them',
    '',
    '| fault | what it is | times |\n|---|---|---|',
    ...Object.entries(FAULTS).map(
      ([kind, what]) => `| ${kind} | ${what} | ${total.byKind[kind as FaultKind] ?? 0} |`,
    ),
    '',
    '## What it led to',
    '',
    'A campaign that never saw one of these fails, whatever else it says.',
    '',
    '| | what it is | times |\n|---|---|---|',
    ...Object.entries(SOMETIMES).map(
      ([name, what]) => `| ${name} | ${what} | ${total.sometimes[name as keyof Sometimes]} |`,
    ),
    '',
    '## Promises broken',
    '',
    ...(broken.length === 0 ? ['None.'] : broken.flatMap(brokenLines)),
    '',
    '## What this does not show',
    '',
    ...NOT_COVERED.map((what) => `- ${what}`),
    '',
    '## Seeds',
    '',
    '| seed | orders | faults | kills | storm | quiet after | history |',
    '|---|---|---|---|---|---|---|',
    ...results.map(seedLine),
    '',
  ].join('\n');
}

function boundLine({ broken, seeds, bound }: CampaignTotal): string {
  if (broken > 0) return 'So no bound can be named.';
  const share = (bound * 100).toFixed(1);
  return `None in ${seeds}: a seed breaks one in less than ${share} % of cases (95 %, 3/n).`;
}

function brokenLines({ seed, broken }: SeedResult): string[] {
  return broken.slice(0, 5).map(({ id, what }) => `- seed ${seed}: ${id}, ${what}`);
}

function seedLine({ seed, orders, faults, kills, seconds, checksum }: SeedResult): string {
  const met = Object.values(faults).reduce((sum, times) => sum + times, 0);
  const { storm, quiet } = seconds;
  return `| ${seed} | ${orders} | ${met} | ${kills} | ${storm} s | ${quiet} s | ${checksum} |`;
}
