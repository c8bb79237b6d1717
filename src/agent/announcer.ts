/** Makes neighbours and conntrack hear of addresses that moved, beside the loop and never in its way. */
import type { Share } from '../model/share.ts';
import type { AgentLogger } from './agent-logger.ts';
import { type Arrival, arrivals, departures } from './arrivals.ts';
import type { Round } from './reconcile.ts';

/** So many calls at a time. */
const most = 8;

/** The calls that do it; `driver/announce.ts` has the real ones. */
export interface Announcements {
  announce(namespace: string, device: string, address: string): Promise<string | null>;
  forgetConnections(namespace: string, floatingIpAddress: string): Promise<void>;
}

export class Announcer {
  readonly #announcements: Announcements;
  readonly #logger: AgentLogger;
  readonly #waiting: (() => Promise<void>)[] = [];
  #running = 0;
  #share: Share | null;

  /** `share` is the one that was in force when the agent last ran, if any. */
  constructor(announcements: Announcements, share: Share | null, logger: AgentLogger) {
    this.#announcements = announcements;
    this.#share = share;
    this.#logger = logger;
  }

  hear(round: Round): void {
    const { share } = round.intent.held;
    for (const departure of departures(this.#share ?? share, share)) {
      this.#later(() => this.#announcements.forgetConnections(departure.namespace, departure.floatingIpAddress));
    }
    for (const arrival of arrivals(round.before, round.desired)) this.#later(() => this.#announce(arrival));
    this.#share = share;
  }

  async #announce({ namespace, device, address }: Arrival): Promise<void> {
    const failure = await this.#announcements.announce(namespace, device, address);
    if (failure !== null) this.#logger.warn({ namespace, device, address }, `no gratuitous ARP: ${failure}`);
  }

  /** A router may come with hundreds of addresses, and each call is a process. */
  #later(work: () => Promise<void>): void {
    this.#waiting.push(work);
    if (this.#running < most) void this.#work();
  }

  async #work(): Promise<void> {
    this.#running += 1;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await next().catch((error) => this.#logger.warn({ err: error }, 'an announcement failed'));
    }
    this.#running -= 1;
  }
}
