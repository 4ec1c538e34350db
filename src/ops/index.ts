export { createOps, type Ops, type OpsParts } from './create-ops.ts';
export type { Scrape } from './metrics.ts';
export type { MayAct } from './queue-board.ts';
export type { Check } from './health-check.ts';
export type { Readiness } from './readiness.ts';
export { startWatchDoor, type WatchDoor, type WatchDoorParts } from './watch-door.ts';
export { tellPulse } from './tell-pulse.ts';
