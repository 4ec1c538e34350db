export type { ServerProgram } from './find-servers.ts';
export { inspectMachine, type MachineFacts } from './inspect-machine.ts';
export type { RunFacts } from './run-file.ts';
