const WIDTH = 30;
const EVERY = 0.1;

/** How far a long work has come: drawn over on a terminal, else said ten times at most. */
export class ProgressLine {
  private readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
  private said = 0;

  constructor(stream: NodeJS.WritableStream) {
    this.stream = stream;
  }

  show({ rows, share }: { readonly rows: number; readonly share: number }): void {
    const part = Math.min(1, Math.max(0, share));
    const text = `${String(Math.round(part * 100)).padStart(3)} %  ${rows} rows`;
    if (this.stream.isTTY === true) {
      const full = Math.round(part * WIDTH);
      this.stream.write(`\r[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${text}`);
    } else if (part >= this.said + EVERY) {
      this.said = part;
      this.stream.write(`${text}\n`);
    }
  }

  end(): void {
    if (this.stream.isTTY === true) this.stream.write('\n');
  }
}
