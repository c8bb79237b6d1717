/** Tells the server what it does not know yet: differences, and everything after a `hello`. */
import type { Report } from '../feed/messages.ts';
import type { Round } from './reconcile.ts';
import { newsIn, noStatuses, type Statuses } from './statuses.ts';

export class Reporter {
  readonly #send: (report: Report) => boolean;
  #said: Statuses = noStatuses;
  #generation: number | null = null;

  /** `send` answers false when nobody heard. */
  constructor(send: (report: Report) => boolean) {
    this.#send = send;
  }

  /** A new connection: the other end knows nothing. */
  forget(): void {
    this.#said = noStatuses;
    this.#generation = null;
  }

  tell({ intent, statuses }: Round): void {
    const { generation } = intent.held;
    const news = newsIn(statuses, this.#said);
    const isNew = news.ports.length + news.routers.length + news.floatingIps.length > 0;
    if (!isNew && generation === this.#generation) return;
    if (!this.#send({ type: 'report', generation, ...news })) return;
    this.#said = statuses;
    this.#generation = generation;
  }
}
