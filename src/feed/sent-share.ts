/** What the server has sent to one host, and the frames that bring the host from there to its share. */
import type { ObjectKey, ShareTexts } from './shares.ts';

/** How many generations back an agent can be and still get only the difference. */
const remembered = 256;

interface Step {
  readonly generation: number;
  readonly keys: readonly ObjectKey[];
}

export interface SentShare {
  readonly generation: number;
  readonly texts: ShareTexts;
  /** What each of the last generations changed, oldest first. */
  readonly history: readonly Step[];
}

/** Before anything was sent. */
export const nothingSent: SentShare = { generation: 0, texts: new Map(), history: [] };

/** The keys in which two shares differ. */
export function changedKeys(from: ShareTexts, to: ShareTexts): readonly ObjectKey[] {
  const keys: ObjectKey[] = [];
  for (const [key, text] of to) if (from.get(key) !== text) keys.push(key);
  for (const key of from.keys()) if (!to.has(key)) keys.push(key);
  return keys;
}

/** One generation on, when anything differs; the same object otherwise. */
export function advance(sent: SentShare, share: ShareTexts, keys: readonly ObjectKey[]): SentShare {
  if (keys.length === 0) return sent;
  const generation = sent.generation + 1;
  return { generation, texts: share, history: [...sent.history.slice(1 - remembered), { generation, keys }] };
}

/** The keys that an agent at `generation` lacks; null when that is too long ago, or never was. */
export function keysSince(sent: SentShare, generation: number): readonly ObjectKey[] | null {
  if (generation === sent.generation) return [];
  const steps = sent.history.filter((step) => step.generation > generation);
  if (generation > sent.generation || steps.length !== sent.generation - generation) return null;
  return [...new Set(steps.flatMap((step) => step.keys))];
}

/** A `sync` frame with the current texts of the keys. With `keys` null it is full. */
export function syncFrame(epoch: string, sent: SentShare, keys: readonly ObjectKey[] | null): string {
  const set: string[] = [];
  const remove: string[] = [];
  for (const key of keys ?? sent.texts.keys()) {
    const colon = key.indexOf(':');
    const text = sent.texts.get(key);
    if (text === undefined) remove.push(JSON.stringify({ kind: key.slice(0, colon), id: key.slice(colon + 1) }));
    else set.push(`{"kind":"${key.slice(0, colon)}","value":${text}}`);
  }
  const head = `{"type":"sync","epoch":${JSON.stringify(epoch)},"generation":${sent.generation},"full":${keys === null}`;
  return `${head},"set":[${set.join(',')}],"remove":[${remove.join(',')}]}`;
}
