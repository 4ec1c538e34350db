import { type ChildProcess, fork } from 'node:child_process';
import { AppError, Gate, messageOf } from '../kernel/index.ts';
import type { EncodeAnswer, EncodeAsk, EncodeLimits } from './encoding.ts';
import { type Judged, refused } from './picture.ts';
import type { Picture } from './picture-content.ts';
import type { Bounds } from './purpose.ts';

const CHILD = new URL('./picture-encoder-child.js', import.meta.url);
/** One after the other: the largest picture in hand is all the memory there is to it. */
const AT_ONCE = 1;
const LIMITS: EncodeLimits = { cpuMs: 10_000, memoryBytes: 1024 ** 3, wallMs: 20_000 };
const COMPLAINT_MAX = 500;
/** What a file can bring upon its reader; any other signal was meant for us. */
const CRASHES: readonly string[] = ['SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGILL', 'SIGFPE'];

/**
 * Decodes a picture and writes it anew, in a process that lives for this one picture: a file that
 * breaks the decoder, or keeps it busy, ends that process and nothing else. It is given no secret.
 */
export class PictureEncoder {
  private readonly gate = new Gate(AT_ONCE);
  private readonly limits: EncodeLimits;

  constructor(limits: Partial<EncodeLimits> = {}) {
    this.limits = { ...LIMITS, ...limits };
  }

  async encode({ type, bytes }: Picture, { edge, pixels }: Bounds): Promise<Judged> {
    return await this.gate.pass(1, async () => {
      const answer = await this.ask({ type, bytes, edge, pixels, limits: this.limits });
      if ('why' in answer) return refused('upload-unreadable', answer.why);
      const { width, height } = answer;
      return { picture: { type, width, height, bytes: Buffer.from(answer.bytes) } };
    });
  }

  /** Settled when the process is gone, and its memory with it. */
  private async ask(ask: EncodeAsk): Promise<EncodeAnswer> {
    const child = this.start();
    let answer: EncodeAnswer | undefined;
    let complaint = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(0, COMPLAINT_MAX);
    });
    return await new Promise((resolve, reject) => {
      child.once('error', (error) => reject(unavailable('did not start', messageOf(error))));
      child.once('message', (message) => {
        answer = message as EncodeAnswer;
        child.kill('SIGKILL'); // it has said what there is to say
      });
      child.once('close', (_code, signal) => {
        if (answer) resolve(answer);
        else if (signal && CRASHES.includes(signal)) resolve({ why: `reading it: ${signal}` });
        else reject(unavailable(child.killed ? 'was too slow' : 'did not start', complaint));
      });
      // One that is gone before it has heard us is told by its end.
      child.send(ask, () => undefined);
    });
  }

  private start(): ChildProcess {
    return fork(CHILD, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: ['--max-old-space-size=64'],
      env: { MALLOC_ARENA_MAX: '2', VIPS_CONCURRENCY: '1' },
      timeout: this.limits.wallMs,
      killSignal: 'SIGKILL',
    });
  }
}

/** The picture is not to blame: it is asked about again. */
function unavailable(what: string, complaint: string): AppError {
  return new AppError('media-unavailable', `the process that reads pictures ${what}`, {
    retryable: true,
    details: { complaint },
  });
}
