import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { once } from 'node:events';

export interface EventReader {
  readonly status: number;
  readonly head: IncomingMessage['headers'];
  /** All events so far, as [name, data]. */
  events(): readonly (readonly [name: string, data: unknown])[];
  readonly closed: () => boolean;
  /** Takes nothing more from the line, but keeps it. */
  pause(): void;
  resume(): void;
  stop(): void;
}

/** Listens to server-sent events as a browser does. */
export async function readEvents(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<EventReader> {
  const asked: ClientRequest = request(url, { headers, agent: false });
  asked.on('error', () => undefined); // a line that was cut is what `closed` tells
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let said = '';
  let isClosed = false;
  response.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  response.on('error', () => undefined); // the same
  response.on('close', () => {
    isClosed = true;
  });
  return {
    status: response.statusCode ?? 0,
    head: response.headers,
    events: () => [...said.matchAll(/^event: (.*)\ndata: (.*)\n\n/gm)].map(eventOf),
    closed: () => isClosed,
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    stop: () => void asked.destroy(),
  };
}

function eventOf([, name = '', data = '']: RegExpMatchArray): readonly [string, unknown] {
  return [name, JSON.parse(data)];
}
