import { runProcess } from './run-process.ts';
import { startSystem } from './system.ts';

await runProcess(startSystem);
