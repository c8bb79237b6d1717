/** Makes neighbours and conntrack hear of addresses that moved, beside the loop and never in its way. */
import type { Share } from '../model/share.ts';
import type { AgentLogger } from './agent-logger.ts';
import { arrivals, departures } from './arrivals.ts';
import type { Round } from './reconcile.ts';

/** The calls that do it; `driver/announce.ts` has the real ones. */
export interface Announcements {
  announce(namespace: string, device: string, address: string): Promise<string | null>;
  forgetConnections(namespace: string, floatingIpAddress: string): Promise<void>;
}

export class Announcer {
  readonly #announcements: Announcements;
  readonly #logger: AgentLogger;
  #share: Share | null;

  /** `share` is the one that was in force when the agent last ran, if any. */
  constructor(announcements: Announcements, share: Share | null, logger: AgentLogger) {
    this.#announcements = announcements;
    this.#share = share;
    this.#logger = logger;
  }

  hear(round: Round): void {
    const { share } = round.intent.held;
    for (const { namespace, device, address } of arrivals(round.before, round.desired)) {
      void this.#announcements.announce(namespace, device, address).then((failure) => {
        if (failure !== null) this.#logger.warn({ namespace, device, address }, `no gratuitous ARP: ${failure}`);
      });
    }
    for (const { namespace, floatingIpAddress } of departures(this.#share ?? share, share)) {
      void this.#announcements.forgetConnections(namespace, floatingIpAddress);
    }
    this.#share = share;
  }
}
