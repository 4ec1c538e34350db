import type { Message, Question, WorkerChild, Workforce } from '../child-process.ts';

/** Several worker processes on the same queues, counted as one. */
export class WorkerGroup implements Workforce {
  readonly label: string;
  readonly pids: readonly number[];
  private readonly children: readonly WorkerChild[];

  constructor(label: string, children: readonly WorkerChild[]) {
    this.label = label;
    this.children = children;
    this.pids = children.map(({ pid }) => pid);
  }

  async ask(question: Question): Promise<Message> {
    return summed(await Promise.all(this.children.map((child) => child.ask(question))));
  }

  async stop(): Promise<void> {
    await Promise.all(this.children.map((child) => child.stop()));
  }
}

/** Every number is the sum of theirs; what is no number is taken from the first. */
export function summed(answers: readonly Message[]): Message {
  const [first = { type: '' }, ...others] = answers;
  return Object.fromEntries(
    Object.entries(first).map(([name, value]) => [
      name,
      typeof value === 'number'
        ? others.reduce((sum, other) => sum + Number(other[name]), value)
        : value,
    ]),
  ) as Message;
}
