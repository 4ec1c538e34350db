export { type Act, type ActPage, type ActView, beginAct, endAct, listActs } from './acts-store.ts';
