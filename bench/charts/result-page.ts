import { machineLines } from '../machine.ts';
import { contenderRows, verdictRows } from '../result-table.ts';
import type { KeptResult } from './kept-result.ts';

/** The tables of a result for a page, with where and how they were taken. */
export function resultTables(result: KeptResult): string {
  const { machine, at, series, verdicts } = result;
  const commit = machine.commit.slice(0, 12);
  return [
    `Taken ${at.slice(0, 10)} at commit ${commit}, in ${roundsOf(result)} rounds:`,
    `${machineLines(machine).replace(/\n/g, '; ')}.`,
    '',
    markdownTable(verdictRows(verdicts)),
    '',
    markdownTable(contenderRows(series)),
  ].join('\n');
}

function roundsOf({ series }: KeptResult): number {
  return series[0]?.samples.length ?? 0;
}

function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const under = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [line(head), line(under), ...rows.map(line)].join('\n');
}

const BEGIN = '<!-- measured: begin -->';
const END = '<!-- measured: end -->';

/** The same page with other tables between its two marks. */
export function pageWith(page: string, tables: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error(`the page has no ${BEGIN} before ${END}`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${tables}\n\n${page.slice(to)}`;
}
