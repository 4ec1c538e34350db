import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../kernel/index.ts';
import type { Plan } from '../plan.ts';

const BENCH = fileURLToPath(new URL('../../../bench/main.js', import.meta.url));

export const bench: Plan = {
  name: 'bench',
  takes: '[args...]',
  summary: 'Measure this system; what it does not know itself goes to the benchmark',
  passesOn: true,
  examples: ['holdfast bench', 'npm run bench'],
  act: async (session, [args]) => {
    if (!existsSync(BENCH)) {
      throw new AppError(
        'bench-missing',
        'the benchmark is part of a checkout and not of the package; there: npm run bench',
      );
    }
    const passed = [...((args ?? []) as readonly string[]), ...(session.json ? ['--json'] : [])];
    const child = spawn(process.execPath, [BENCH, ...passed], { stdio: 'inherit' });
    const [code] = (await once(child, 'exit')) as [number | null];
    session.exitCode = code ?? 1;
  },
};
