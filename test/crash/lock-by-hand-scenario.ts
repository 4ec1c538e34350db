import type { HeldLock } from '../../src/locks/index.ts';
import type { Play, Scenario } from './crash-scenario.ts';
import type { LockBelief, LockStep } from './subject-words.ts';

const nameOf = ({ tag }: Play) => `by-hand-${tag}`;

/** What both sides know of the lock of one playing. */
interface Sides {
  taken?: LockBelief;
  other?: HeldLock;
}

const sides = new WeakMap<Play, Sides>();

function sidesOf(play: Play): Sides {
  const known = sides.get(play) ?? {};
  sides.set(play, known);
  return known;
}

/** One try: what failed or died with its process is not tried again, the lock ends by itself. */
async function step(play: Play, what: LockStep): Promise<LockBelief | undefined> {
  try {
    return (await play.once({ kind: 'lock', step: what, name: nameOf(play) })) as LockBelief;
  } catch {
    return undefined; // a lock that cannot be renewed may be lost; what counts is the fence
  }
}

/** Somebody else waits for the lock while its holder stands still, and gets it. */
async function takeOver(play: Play): Promise<void> {
  const known = sidesOf(play);
  const before = known.taken;
  const { locks } = play.rival.app;
  const outcome = await locks.lock([nameOf(play)], { timeoutMs: 1500, maxHoldMs: 400 });
  if (outcome.kind !== 'held') {
    return play.blame(`a lock whose holder stands still does not end: ${outcome.kind}`);
  }
  known.other = outcome.held;
  if (before && outcome.held.fence <= before.fence) {
    play.blame(`the later holder has fence ${outcome.held.fence}, the first ${before.fence}`);
  }
}

/** What is given back late is somebody else's by now, and stays so. */
async function stillHolds(play: Play, other: HeldLock | undefined): Promise<void> {
  if (!other || other.loss !== undefined) return;
  const isLocked = await play.rival.app.locks.isLocked([nameOf(play)]);
  if (!isLocked && other.loss === undefined) play.blame('the lock of somebody else was given back');
}

/** Acquire, renew and release of a lock that nothing renews by itself. */
export const lockByHand: Scenario = {
  name: 'lock',
  about: 'a lock is taken, renewed and given back; then somebody else takes it',
  points: 8,
  queues: [],
  renews: true,
  act: async (play) => {
    const known = sidesOf(play);
    const taken = await step(play, 'acquire');
    if (taken) known.taken = taken;
    const renewed = await step(play, 'renew');
    const { other } = known;
    if (other && renewed?.holds && other.loss === undefined) {
      play.blame(`both hold the lock, by fence ${renewed.fence} and by ${other.fence}`);
    }
    await step(play, 'release');
    await stillHolds(play, other);
    await other?.release();
    const next = await play.rival.app.locks.lock([nameOf(play)], { timeoutMs: 3000 });
    if (next.kind !== 'held') return play.blame(`nobody gets the lock any more: ${next.kind}`);
    if (taken && next.held.fence <= taken.fence) {
      play.blame(`fence ${next.held.fence} comes after ${taken.fence}`);
    }
    await next.held.release();
  },
  meanwhile: takeOver,
  ends: () => ({}),
};
