/** What the driver asks of the process that plays the callers. */
export interface HttpLoad {
  readonly type: 'load';
  /** With path and query. */
  readonly url: string;
  readonly token: string;
  /** Begins every order id. */
  readonly run: string;
  readonly goodsId: number;
  readonly requests: number;
  /** 1: the body is the order itself; more: a list of them. */
  readonly ordersInEach: number;
  readonly connections: number;
  /** How many requests are sent in a second; null: each caller sends as soon as it is answered. */
  readonly perSecond: number | null;
}

export interface LoadAnswer {
  /** From the first request to the last answer. */
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  /** How many answers there were of each status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly errors: number;
}
