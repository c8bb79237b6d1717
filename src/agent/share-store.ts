/** What the agent holds of the model, and how a `sync` changes it. Pure. */
import type { Sync } from '../feed/messages.ts';
import { emptyShare, type Share, type ShareKind } from '../model/share.ts';

/** A share with the point in the server's history that it stands for. */
export interface HeldShare {
  readonly epoch: string;
  readonly generation: number;
  readonly share: Share;
}

/**
 * The share after `sync`. Kinds that this agent does not know are left out, so that a newer server can be heard.
 * Null: the message is a difference to something that the agent does not hold, and it must ask for everything.
 */
export function applySync(held: HeldShare | null, sync: Sync): HeldShare | null {
  if (!sync.full && (held === null || held.epoch !== sync.epoch)) return null;
  const base = sync.full || held === null ? emptyShare : held.share;
  const changed = new Map<ShareKind, Record<string, unknown>>();
  const objectsOf = (kind: ShareKind): Record<string, unknown> => {
    const objects = changed.get(kind) ?? { ...base[kind] };
    changed.set(kind, objects);
    return objects;
  };
  for (const { kind, id } of sync.remove) {
    if (isShareKind(kind)) delete objectsOf(kind)[id];
  }
  for (const { kind, value } of sync.set) {
    if (isShareKind(kind) && hasId(value)) objectsOf(kind)[value.id] = value;
  }
  // The server sends whole objects of the kinds of `model/share.ts`; this is the edge where they are taken at their word.
  const share = { ...base, ...Object.fromEntries(changed) } as Share;
  return { epoch: sync.epoch, generation: sync.generation, share };
}

function isShareKind(kind: string): kind is ShareKind {
  return Object.hasOwn(emptyShare, kind);
}

function hasId(value: unknown): value is { readonly id: string } {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';
}
