/** The doors in a process of their own, which decides the orders it is asked to wait for. */
import { runApi } from '../src/app/index.ts';

await runApi();
