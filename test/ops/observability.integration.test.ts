import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../house/repo-files.ts';
import { metricNames, samplesOf } from '../support/metric-text.ts';
import { type OpsFixture, opsFixture } from '../support/ops-fixture.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
}

interface Alert {
  readonly name: string;
  readonly expr: string;
  readonly fields: Readonly<Record<string, string>>;
}

const read = (file: string) => readFileSync(join(ROOT, 'deploy/observability', file), 'utf8');

function panelsOf(text: string): readonly Panel[] {
  return (JSON.parse(text) as { panels: Panel[] }).panels;
}

/** Rules are written one field to a line, so a line is all that has to be understood. */
function alertsOf(text: string): readonly Alert[] {
  return text
    .split(/^ {6}- alert: /m)
    .slice(1)
    .map((rule) => {
      const fields = [...rule.matchAll(/^ {8,10}(\w+): (\S.*)$/gm)];
      const found = Object.fromEntries(fields.map(([, key, value]) => [key, value]));
      return { name: rule.split('\n')[0] ?? '', expr: found['expr'] ?? '', fields: found };
    });
}

const OURS = /\b((?:holdfast|redis|bullmq|nodejs|process)_[a-z_]+)(?:\{([^}]*)\})?/g;

interface Use {
  readonly metric: string;
  /** Labels and what they are matched with. */
  readonly labels: readonly { readonly label: string; readonly pattern: RegExp }[];
}

function usesIn(expr: string): readonly Use[] {
  return [...expr.matchAll(OURS)].map(([, metric = '', matchers = '']) => ({
    metric,
    labels: [...matchers.matchAll(/(\w+)=~?"([^"]*)"/g)].map(([, label = '', value = '']) => ({
      label,
      pattern: new RegExp(`^(?:${value})$`),
    })),
  }));
}

const familyOf = (metric: string) => metric.replace(/_(?:bucket|sum|count)$/, '');

describe('the dashboard and the alarms', () => {
  const panels = panelsOf(read('grafana-dashboard.json'));
  const alerts = alertsOf(read('alerts.yaml'));
  const expressions = [
    ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...alerts.map(({ expr }) => expr),
  ];
  const uses = expressions.flatMap(usesIn);
  let room: OpsFixture;
  let text = '';

  before(async () => {
    room = await opsFixture();
    await room.queues.ready(3000);
    await room.fixture.restock(1, 1);
    await room.redis.incr('{ops}text');
    await room.redis.lpush('{ops}text', 'x').catch(() => undefined); // meant to fail
    await room.redis.del('{ops}text');
    room.ops.auditSeen({ differences: [] });
    ({ text } = await room.ops.metrics());
  });
  after(() => room.close());

  it('ask for metrics that a running system has, under labels and values that it has', () => {
    expect(uses.length).to.be.greaterThan(50);
    const wrong = uses.filter(({ metric, labels }) => {
      const samples = [...samplesOf(text, metric), ...samplesOf(text, `${metric}_count`)];
      return !samples.some((sample) =>
        labels.every(({ label, pattern }) => pattern.test(sample.labels[label] ?? '')),
      );
    });
    expect(wrong).to.deep.equal([]);
  });

  it('group by labels that these metrics have', () => {
    const known = new Set(
      [...metricNames(text)].flatMap((name) =>
        [name, `${name}_bucket`].flatMap((part) =>
          samplesOf(text, part).flatMap(({ labels }) => Object.keys(labels)),
        ),
      ),
    );
    const named = expressions.flatMap((expr) =>
      [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, */)),
    );
    expect(named.length).to.be.greaterThan(5);
    expect(named.filter((label) => !known.has(label))).to.deep.equal([]);
  });

  it('leave out no metric of ours', () => {
    const used = new Set(uses.map(({ metric }) => familyOf(metric)));
    const ours = [...metricNames(text)].filter((name) => name.startsWith('holdfast_'));
    expect(ours.length).to.be.greaterThan(20);
    expect(ours.filter((name) => !used.has(name))).to.deep.equal([]);
  });

  it('say of each alarm how grave it is, what is wrong and what to do', () => {
    expect(alerts.length).to.be.greaterThan(10);
    expect(new Set(alerts.map(({ name }) => name)).size).to.equal(alerts.length);
    for (const { name, expr, fields } of alerts) {
      expect(name).to.match(/^Holdfast[A-Za-z]+$/);
      expect(usesIn(expr).length, `${name}: expr`).to.be.greaterThan(0);
      expect(fields['for'], `${name}: for`).to.match(/^\d+[mh]$/);
      expect(fields['labels'], `${name}: labels`).to.match(/severity: (critical|warning)/);
      expect(fields['summary']?.length, `${name}: summary`).to.be.greaterThan(20);
      expect(fields['action']?.length, `${name}: action`).to.be.greaterThan(10);
      const isPlain = Object.values(fields).every((value) => !/^[^"{].*(: |#)/.test(value));
      expect(isPlain, `${name}: a value that YAML reads as something else`).to.equal(true);
    }
  });

  it('lay panels side by side, each with a query of its own', () => {
    const cells = new Set<string>();
    for (const { title, type, gridPos, targets = [] } of panels) {
      expect(targets.length > 0, title).to.equal(type !== 'row');
      expect(new Set(targets.map(({ refId }) => refId)).size).to.equal(targets.length);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(cells.has(`${x},${y}`), `${title} lies on another`).to.equal(false);
          cells.add(`${x},${y}`);
        }
      }
      expect(gridPos.x + gridPos.w).to.be.at.most(24);
    }
    expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
  });
});
