import { benchCharts } from './bench-charts.ts';
import { type KeptResult, middleOf, seriesNamed } from './kept-result.ts';
import { type Compared, wayOfAnOrder } from './way-of-an-order.ts';

/** Every picture that a result gives, by the name of its file. */
export function figuresOf(result: KeptResult): Map<string, string> {
  const figures = benchCharts(result);
  if (result.counts) {
    figures.set('way-of-an-order.svg', wayOfAnOrder(result.counts, emptyPipeline(result)));
  }
  return figures;
}

function emptyPipeline(result: KeptResult): Compared | null {
  const [empty] = seriesNamed(result, ['empty singly']);
  if (!empty) return null;
  const jobs = middleOf(empty, ({ queues, orders }) => queues && queues.jobs / orders);
  const commands = middleOf(empty, ({ queues, orders }) => queues && queues.commands / orders);
  return jobs === null || commands === null ? null : { jobs, commands };
}
