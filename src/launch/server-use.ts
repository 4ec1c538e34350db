/** What the private servers are for decides how safe and how open they are. */
export interface ServerUse {
  readonly purpose: 'system' | 'test' | 'bench';
  /** Survives a power cut. Tests throw their data away and save the time. */
  readonly durable: boolean;
  /** The user may create databases and accounts, as tests do. */
  readonly admin: boolean;
}

export const forSystem: ServerUse = { purpose: 'system', durable: true, admin: false };
export const forTests: ServerUse = { purpose: 'test', durable: false, admin: true };
/** A benchmark measures what a real system would do: as durable as one. */
export const forBench: ServerUse = { purpose: 'bench', durable: true, admin: true };
