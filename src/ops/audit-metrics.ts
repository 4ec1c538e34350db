import type { Registry } from 'prom-client';
import type { Clock } from '../kernel/index.ts';
import type { AuditReport } from '../saga/index.ts';
import { gaugeOf } from './metric-part.ts';

export type AuditSeen = (report: Pick<AuditReport, 'differences'>) => void;

/** Shown from the first audit of this process on: no audit is not the same as no drift. */
export function auditMetrics(registry: Registry, clock: Clock): AuditSeen {
  const drift = gaugeOf(
    registry,
    'holdfast_audit_drift',
    'Differences that the last audit of this process found',
  );
  const at = gaugeOf(
    registry,
    'holdfast_audit_time_seconds',
    'When this process last audited the books, in seconds since 1970',
  );
  drift.remove();
  at.remove();
  return ({ differences }) => {
    drift.set(differences.length);
    at.set(clock.wallMs() / 1000);
  };
}
