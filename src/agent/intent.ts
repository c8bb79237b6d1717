import type { Plugs } from './plugs-file.ts';
import type { HeldShare } from './share-store.ts';

/** What is wanted: replaced as a whole, never changed. */
export interface Intent {
  /** Grows with each. */
  readonly version: number;
  readonly held: HeldShare;
  readonly plugs: Plugs;
}
