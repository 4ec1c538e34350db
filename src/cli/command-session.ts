import { createInterface } from 'node:readline/promises';
import type { App, Config } from '../app/index.ts';
import type { AppError } from '../kernel/index.ts';
import type { Database, Reads } from '../mysql/index.ts';
import { errorLines, quietLogger } from './error-text.ts';
import { ProgressLine } from './progress-line.ts';
import { replicaReads } from './replica-session.ts';

/** Where a command line reads and writes. */
export interface Terminal {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly stdin?: NodeJS.ReadStream;
}

/** So long a command waits for a replica that is behind. */
const CATCH_UP_MS = 2000;

/**
 * What a command works with. Everything heavy is loaded and opened when it is asked for, so that
 * a small question gets a quick answer; all of it is closed at the end.
 */
export class Session {
  readonly json: boolean;
  /** 1 once something was refused. */
  exitCode = 0;
  private readonly terminal: Terminal;
  private readonly closing: (() => Promise<void>)[] = [];
  private known: Config | undefined;

  constructor(terminal: Terminal, json: boolean) {
    this.terminal = terminal;
    this.json = json;
  }

  async config(): Promise<Config> {
    const { readConfig } = await import('../app/index.ts');
    this.known ??= readConfig(undefined, 'warn');
    return this.known;
  }

  async database(): Promise<Database> {
    const { databaseUrl: url, tls } = await this.config();
    const { openDatabase } = await import('../mysql/index.ts');
    const database = openDatabase({ url, tls, logger: quietLogger, poolSize: 2 });
    this.closing.push(() => database.close());
    return database;
  }

  /** Of the catalogue: from a replica that has all that was there when the command began. */
  async reads(): Promise<Reads> {
    const database = await this.database();
    const { readsOfPrimary } = await import('../mysql/index.ts');
    const replica = await replicaReads(await this.config(), database);
    if (replica === null) return readsOfPrimary(database);
    this.closing.push(() => replica.close());
    if (await replica.hasAllOfNow(CATCH_UP_MS)) {
      await replica.start();
      return replica;
    }
    const why = replica.trouble ?? 'it is behind';
    this.say(`read from the primary, not from its replica: ${why}`);
    return readsOfPrimary(database);
  }

  /** The whole saga in this process: what it answers is in the database by then. */
  async app(): Promise<App> {
    const config = await this.config();
    const { openApp } = await import('../app/index.ts');
    const app = await openApp(config, 'cli');
    this.closing.push(() => app.close());
    return app;
  }

  /** The result: one document, or the same in words. */
  print(document: unknown, text: () => string): void {
    const shown = this.json ? JSON.stringify(document) : text();
    this.terminal.stdout.write(`${shown}\n`);
  }

  /** What is not the result: progress, warnings, advice. */
  say(line: string): void {
    this.terminal.stderr.write(`${line}\n`);
  }

  progress(): ProgressLine {
    return new ProgressLine(this.terminal.stderr);
  }

  /** Where a result goes that is too long to be held whole. */
  get stdout(): NodeJS.WritableStream {
    return this.terminal.stdout;
  }

  /** Anything else than a typed "yes" is a no; so is nobody there to type it. */
  async confirm(question: string): Promise<boolean> {
    const { stdin, stderr } = this.terminal;
    if (stdin?.isTTY !== true) return false;
    const lines = createInterface({ input: stdin, output: stderr });
    // The prompt swallows Ctrl-C, and Ctrl-D ends it without an answer.
    const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    lines.once('SIGINT', () => lines.close());
    try {
      const answer = await Promise.race([lines.question(`${question} Type yes: `), closed]);
      return answer.trim().toLowerCase() === 'yes';
    } finally {
      lines.close();
    }
  }

  /** Something was refused; the command may still have a result to print. */
  refuse(error: AppError): void {
    this.exitCode = 1;
    this.say(errorLines(error, this.json));
  }

  async close(): Promise<void> {
    for (const close of this.closing.splice(0).toReversed()) await close();
  }
}
