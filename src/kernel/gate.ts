/** Lets in at most so many at once; the others wait in order of arrival. */
export class Gate {
  private room: number;
  private readonly size: number;
  private readonly line: { readonly wants: number; readonly enter: () => void }[] = [];

  constructor(size: number) {
    this.size = size;
    this.room = size;
  }

  /** Runs the work inside. Something larger than the gate goes through when it is empty. */
  async pass<T>(wants: number, work: () => Promise<T>): Promise<T> {
    const takes = Math.min(wants, this.size);
    if (this.line.length > 0 || this.room < takes) {
      await new Promise<void>((enter) => this.line.push({ wants: takes, enter }));
    } else {
      this.room -= takes;
    }
    try {
      return await work();
    } finally {
      this.room += takes;
      this.letIn();
    }
  }

  private letIn(): void {
    for (let next = this.line[0]; next && next.wants <= this.room; next = this.line[0]) {
      this.line.shift();
      this.room -= next.wants;
      next.enter();
    }
  }
}
