import { attemptsOf, type ChaosEvent } from '../chaos-history.ts';
import type { Dump } from '../database-dump.ts';
import { checkAnswers } from './answer-checks.ts';
import { checkBalances } from './balance-checks.ts';
import { checkHolds } from './hold-checks.ts';
import { checkLedger } from './ledger-checks.ts';
import { checkLiveness } from './liveness-checks.ts';
import { checkMoney } from './money-checks.ts';
import { checkOnce } from './once-checks.ts';
import { checkOrderOfTime } from './order-of-time-checks.ts';
import { checkOversell } from './oversell-checks.ts';
import { checkPaths } from './path-checks.ts';
import { checkReads } from './read-checks.ts';
import type { Broken, Check, Evidence } from './verdict.ts';

const CHECKS: readonly Check[] = [
  checkBalances,
  checkLedger,
  checkHolds,
  checkOversell,
  checkAnswers,
  checkReads,
  checkOnce,
  checkMoney,
  checkPaths,
  checkOrderOfTime,
  checkLiveness,
];

/** Every promise that was broken. */
export function judge(events: readonly ChaosEvent[], dump: Dump, unanswered: number): Broken[] {
  const evidence: Evidence = { events, attempts: attemptsOf(events), dump, unanswered };
  return CHECKS.flatMap((check) => check(evidence));
}
