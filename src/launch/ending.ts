/** Why a run ends, and what the launcher's exit code will be. */
export interface Reason {
  readonly code: number;
  readonly text: string | null;
}

/** The first reason to end wins; whatever else breaks while everything stops comes from that. */
export class Ending {
  readonly decided: Promise<Reason>;
  private readonly controller = new AbortController();
  private resolve: (reason: Reason) => void = () => {};

  constructor() {
    this.decided = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  decide(reason: Reason): void {
    if (this.controller.signal.aborted) return;
    this.controller.abort();
    this.resolve(reason);
  }

  get isDecided(): boolean {
    return this.controller.signal.aborted;
  }

  /** Aborts whatever should not go on once the end is decided. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }
}
