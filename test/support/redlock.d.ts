/** The package has types, but does not say where: enough of them for the tests. */
declare module 'redlock' {
  export interface Lock {
    extend(durationMs: number): Promise<Lock>;
    release(): Promise<unknown>;
  }
  export default class Redlock {
    constructor(clients: Iterable<unknown>, settings?: { retryCount?: number });
    acquire(resources: string[], durationMs: number): Promise<Lock>;
  }
}
