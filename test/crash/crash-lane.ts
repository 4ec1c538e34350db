import { messageOf, pause, randomName } from '../../src/kernel/index.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';
import { testServers } from '../support/environment.ts';
import { NoticeReceiver } from '../support/notice-receiver.ts';
import { until } from '../support/until.ts';
import { CrashPlay } from './crash-play.ts';
import { CrashRival } from './crash-rival.ts';
import type { Scenario } from './crash-scenario.ts';
import { emptyTables, faultsFound, hurryPlaced, isAnyOwed } from './crash-verdict.ts';
import { LOCK_NODES, LOCK_TTL_MS, NOTICE_LEASE_MS, subjectServers } from './subject-servers.ts';
import { SubjectProcess } from './subject-process.ts';
import type { Mode, Point, WireTap } from './wire-tap.ts';

export interface PlayedFault {
  readonly point: Point;
  readonly mode: Mode;
}

export interface Played {
  /** What was asked, request by request. */
  readonly points: readonly Point[];
  /** What must not be; nothing is good. */
  readonly broken: readonly string[];
  readonly ms: number;
}

const RIVAL_WANTS = 9;
const STOCK = 10;

/** One database, one subject and one rival; plays one fault after the other. */
export class CrashLane {
  readonly #fresh: FreshDatabase;
  readonly #rival: CrashRival;
  readonly #receiver: NoticeReceiver;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #scripts: ReadonlyMap<string, string>;
  #scenario: Scenario | undefined;
  #subject: SubjectProcess | undefined;
  #spare: Promise<SubjectProcess> | undefined;
  #recovering: Promise<void> | undefined;
  #plays = 0;

  private constructor(
    fresh: FreshDatabase,
    receiver: NoticeReceiver,
    scripts: ReadonlyMap<string, string>,
  ) {
    const { redisUrl, lockUrls } = testServers();
    const name = randomName(6);
    this.#fresh = fresh;
    this.#receiver = receiver;
    this.#scripts = scripts;
    this.#environment = {
      HOLDFAST_DATABASE_URL: fresh.url,
      HOLDFAST_REDIS_URL: redisUrl,
      HOLDFAST_LOCK_URLS: lockUrls.slice(0, LOCK_NODES).join(','),
      HOLDFAST_LOCK_TTL_MS: String(LOCK_TTL_MS),
      HOLDFAST_LOCK_PREFIX: `crash:${name}:`,
      HOLDFAST_QUEUE_PREFIX: `{crash-${name}}`,
      HOLDFAST_NOTICE_URL: receiver.url,
      HOLDFAST_NOTICE_SECRETS: 'a-secret-of-the-crash-sweep',
      HOLDFAST_HOME: '/nonexistent/crash-sweep',
    };
    this.#rival = new CrashRival(this.#environment);
  }

  static async open(scripts: ReadonlyMap<string, string>): Promise<CrashLane> {
    const lane = new CrashLane(await freshDatabase(), await NoticeReceiver.open(), scripts);
    await lane.#rival.app.queues.ready(5000);
    return lane;
  }

  async close(): Promise<void> {
    await this.#dismiss();
    await this.#rival.close();
    await this.#receiver.goAway();
    await this.#fresh.drop();
  }

  /** Plays a scenario from an empty database to the end; with a fault, or with none. */
  async play(scenario: Scenario, fault?: PlayedFault): Promise<Played> {
    const started = performance.now();
    try {
      const { points, broken } = await this.#playOnce(scenario, fault);
      // Whatever went wrong must not go on in the next playing.
      if (broken.length > 0) await this.#dismiss();
      return { points, broken, ms: performance.now() - started };
    } catch (error) {
      await this.#rival.rest();
      await this.#dismiss();
      throw error;
    }
  }

  async #playOnce(scenario: Scenario, fault?: PlayedFault): Promise<Omit<Played, 'ms'>> {
    const subject = await this.#subjectOf(scenario);
    if (fault?.mode.startsWith('kill')) this.#makeSpare(scenario);
    const { database } = this.#rival.app;
    await emptyTables(database);
    this.#receiver.told.length = 0;
    const play = this.#newPlay(scenario, fault?.mode);
    for (const goodsId of play.goods) await this.#rival.doors.restock(goodsId, STOCK);
    await scenario.prepare?.(play);
    await subject.ask({ kind: 'warm-up' });
    this.#recovering = undefined;
    subject.tap.begin(
      fault && { ...fault, strike: () => this.#strike(play, scenario, subject, fault.mode) },
    );
    const points = await this.#act(play, scenario, subject, fault);
    await this.#settle(play, scenario);
    // Before anything is sent again: that would mend what was answered and never done.
    const before = await faultsFound(database, this.#ends(play, scenario), scenario.letters ?? 0);
    await scenario.verify?.(play);
    await play.repeat();
    await this.#settle(play, scenario);
    await this.#rival.rest();
    await this.#tryAsk({ kind: 'patrol', on: false }, play);
    const after = await faultsFound(database, this.#ends(play, scenario), scenario.letters ?? 0);
    await scenario.verify?.(play);
    const end = this.#subject?.unexpectedEnd;
    if (end !== undefined) play.blame(end);
    const broken = [...before, ...after.map((what) => `sent again: ${what}`), ...play.blamed];
    return { points, broken };
  }

  #newPlay({ queues }: Scenario, mode: Mode | undefined): CrashPlay {
    this.#plays += 1;
    return new CrashPlay({
      number: this.#plays,
      rival: this.#rival,
      receiver: this.#receiver,
      mode,
      queues,
      fired: () => this.#recovering !== undefined,
      subject: () => {
        if (!this.#subject) throw new Error('there is no process');
        return this.#subject;
      },
      recovered: async () => await this.#recovering,
    });
  }

  async #act(
    play: CrashPlay,
    scenario: Scenario,
    { tap }: SubjectProcess,
    fault: PlayedFault | undefined,
  ): Promise<readonly Point[]> {
    try {
      await scenario.act(play);
    } catch (error) {
      play.blame(`the scenario did not come to its end: ${messageOf(error)}`);
    }
    // Locks are given back without being waited for.
    if (!fault) await until(() => isThrough(tap, scenario), 20_000, 'nothing is asked any more');
    else {
      const end = performance.now() + 5000;
      while (!tap.fired && performance.now() < end) await pause(5);
      if (!tap.fired) play.blame('the point was not reached: no fault struck');
    }
    const { only } = scenario;
    const points = tap
      .end()
      .filter(({ label, nth }) => only === undefined || (nth === 1 && only.includes(label)));
    await this.#recovering?.catch((error: unknown) => {
      play.blame(`could not go on after the fault: ${messageOf(error)}`);
    });
    return points;
  }

  /** Called from within the tap, at the very moment. */
  #strike(play: CrashPlay, scenario: Scenario, subject: SubjectProcess, mode: Mode): void {
    if (mode === 'kill-before' || mode === 'kill-after') {
      subject.kill();
      this.#recovering = this.#replace(scenario, subject);
    } else if (mode === 'stall') {
      subject.standStill();
      this.#recovering = this.#whileStalled(play, scenario, subject);
    } else {
      this.#recovering = this.#ask({ kind: 'patrol', on: true });
    }
    this.#recovering.catch(() => undefined); // heard of when the playing waits for it
  }

  /** As whoever supervises processes does. */
  async #replace(scenario: Scenario, dead: SubjectProcess): Promise<void> {
    this.#subject = await (this.#spare ?? this.#fork(scenario));
    this.#spare = undefined;
    this.#makeSpare(scenario);
    await dead.end();
    if (scenario.queues.length > 0) await this.#ask({ kind: 'work' });
    await this.#ask({ kind: 'patrol', on: true });
  }

  async #whileStalled(play: CrashPlay, scenario: Scenario, subject: SubjectProcess) {
    const others = scenario.meanwhile?.(play) ?? this.#wantMost(play);
    try {
      await this.#rival.work(scenario.queues);
      await pause(stallMsOf(scenario));
    } finally {
      subject.goOn();
      subject.tap.release();
    }
    await others;
    await this.#ask({ kind: 'patrol', on: true });
  }

  /** More than is left beside the order of the scenario: only one of both can have them. */
  async #wantMost(play: CrashPlay): Promise<void> {
    const [goodsId] = play.goods;
    await this.#rival.order({
      orderId: rivalOrderOf(play),
      lines: [{ goodsId, quantity: RIVAL_WANTS }],
      holdSeconds: play.holdSeconds + 1,
    });
  }

  #ends(play: CrashPlay, scenario: Scenario) {
    const ends = scenario.ends(play);
    if (!play.stalls || scenario.meanwhile) return ends;
    const more = scenario.stalledEnds?.(play) ?? {};
    const own = Object.entries(ends).map(([id, stories]) => [
      id,
      [...stories, ...(more[id] ?? [])],
    ]);
    return { ...Object.fromEntries(own), [rivalOrderOf(play)]: RIVAL_ENDS };
  }

  /** Until nobody owes anything to anybody. What the clock would bring in seconds, comes now. */
  async #settle(play: CrashPlay, scenario: Scenario): Promise<void> {
    const { database } = this.#rival.app;
    const isQuiet = async () => {
      if (play.struck) await hurryPlaced(database);
      return (await this.#rival.queuesAreIdle(scenario.queues)) && !(await isAnyOwed(database));
    };
    try {
      await until(isQuiet, 25_000, 'an end of all work', 10);
    } catch (error) {
      play.blame(messageOf(error));
    }
  }

  async #subjectOf(scenario: Scenario): Promise<SubjectProcess> {
    if (this.#scenario !== scenario || this.#subject?.isDead) await this.#dismiss();
    this.#scenario = scenario;
    if (!this.#subject) {
      this.#subject = await this.#fork(scenario);
      if (scenario.queues.length > 0) await this.#ask({ kind: 'work' });
    }
    return this.#subject;
  }

  /** A process that is to take over, made while another one is still at work. */
  #makeSpare(scenario: Scenario): void {
    this.#spare ??= this.#fork(scenario);
    this.#spare.catch(() => undefined); // whoever wants to use it hears of it
  }

  async #fork(scenario: Scenario): Promise<SubjectProcess> {
    const servers = subjectServers(this.#environment, scenario, this.#scripts);
    const subject = await SubjectProcess.begin(servers);
    await subject.ready();
    return subject;
  }

  async #ask(ask: Parameters<SubjectProcess['ask']>[0]): Promise<void> {
    await this.#subject?.ask(ask);
  }

  async #tryAsk(ask: Parameters<SubjectProcess['ask']>[0], play: CrashPlay): Promise<void> {
    try {
      await this.#ask(ask);
    } catch (error) {
      play.blame(messageOf(error));
    }
  }

  async #dismiss(): Promise<void> {
    await this.#subject?.end();
    await (await this.#spare)?.end();
    this.#subject = undefined;
    this.#spare = undefined;
    this.#scenario = undefined;
  }
}

/** Longer than what it holds lasts; but shorter than it takes to find that its queue is away. */
function stallMsOf({ delivers }: Scenario): number {
  return (delivers === true ? NOTICE_LEASE_MS : LOCK_TTL_MS) * 1.5;
}

/** A slow machine may take a while to ask for the last of them; then nothing more may come. */
function isThrough(tap: WireTap, { points, only }: Scenario): boolean {
  const isComplete = only === undefined && tap.numbered >= points;
  return tap.quietMs() > (isComplete ? 60 : 1500);
}

const rivalOrderOf = ({ tag }: CrashPlay) => `rival-${tag}`;
const RIVAL_ENDS = [
  'reserved: reserve; payments -; told reserved',
  'rejected: -; payments -; told rejected',
];
