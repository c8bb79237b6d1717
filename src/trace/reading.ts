import type { Agreement } from './agreement.ts';
import type { Line } from './line.ts';

/** What a question is answered with. */
export interface Reading {
  /** The line as the hosts are now; as it should be where no host was asked. */
  readonly line: Line;
  /** The line over the states that the model compiles to, and how the two agree. Absent where only one was asked for. */
  readonly intended?: Line;
  readonly agreement?: Agreement;
}
