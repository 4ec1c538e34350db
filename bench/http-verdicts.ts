import type { Rules } from './verdicts.ts';

/** What a door of request and answer may cost beside the queue, and what batches make up for. */
export const HTTP_RULES: Rules = {
  ratios: [
    { what: 'http waited / queue singly', of: 'http waited', to: 'queue singly', must: 0.5 },
    { what: 'http batches / queue singly', of: 'http batches', to: 'queue singly', must: 3 },
  ],
  ours: /^(http|queue) /,
};
