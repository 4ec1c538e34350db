import { Writable } from 'node:stream';

class TextStream extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** A terminal that only remembers. */
export class MemoryTerminal {
  readonly stdout = new TextStream();
  readonly stderr = new TextStream();
}
