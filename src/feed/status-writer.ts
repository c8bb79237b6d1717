/** Writes what hosts report: one statement a kind, latest wins, kept and tried again while the database is away. */
import { sql, type Transaction } from 'kysely';
import { type Change, recordChanges } from '../store/changes.ts';
import type { Store } from '../store/database.ts';
import type { Database } from '../store/tables.ts';
import { markAlive } from './host-rows.ts';
import type { ObjectStatus, Report } from './messages.ts';

const retryMs = 500;
const heartbeatMs = 1_000;

interface Pending {
  generation: number;
  readonly ports: Map<string, ObjectStatus>;
  readonly routers: Map<string, ObjectStatus>;
  readonly floatingIps: Map<string, ObjectStatus>;
}

interface StatusRow {
  readonly host: string;
  readonly id: string;
  readonly status: string;
  readonly reason: string;
}

export interface StatusWriter extends AsyncDisposable {
  report(host: string, report: Report): void;
  alive(host: string): void;
}

/** `onError` hears of each failed attempt; the reports of that attempt are not lost. */
export function statusWriter(store: Store, onError: (error: unknown) => void): StatusWriter {
  let pending = new Map<string, Pending>();
  let heard = new Set<string>();
  let writing: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;

  const write = async (): Promise<void> => {
    while (pending.size > 0) {
      const batch = pending;
      pending = new Map();
      try {
        await writeReports(store, batch);
      } catch (error) {
        for (const [host, older] of batch) merge(pending, host, older, false);
        onError(error);
        if (!closed) retry = setTimeout(start, retryMs);
        return;
      }
    }
  };
  const start = (): void => {
    clearTimeout(retry);
    writing ??= write().finally(() => {
      writing = undefined;
    });
  };
  const heartbeat = setInterval(() => {
    const hosts = [...heard];
    heard = new Set();
    void markAlive(store, hosts).catch(onError);
  }, heartbeatMs);

  return {
    report: (host, report) => {
      heard.add(host);
      merge(pending, host, asPending(report), true);
      start();
    },
    alive: (host) => void heard.add(host),
    [Symbol.asyncDispose]: async () => {
      closed = true;
      clearInterval(heartbeat);
      clearTimeout(retry);
      await writing;
      if (pending.size > 0) await write();
    },
  };
}

function asPending(report: Report): Pending {
  const byId = (list: readonly ObjectStatus[]) => new Map(list.map((one) => [one.id, one]));
  return {
    generation: report.generation,
    ports: byId(report.ports),
    routers: byId(report.routers),
    floatingIps: byId(report.floatingIps),
  };
}

function merge(all: Map<string, Pending>, host: string, added: Pending, newer: boolean): void {
  const present = all.get(host);
  if (present === undefined) {
    all.set(host, added);
    return;
  }
  if (newer) present.generation = added.generation;
  for (const kind of ['ports', 'routers', 'floatingIps'] as const) {
    for (const [id, status] of added[kind]) if (newer || !present[kind].has(id)) present[kind].set(id, status);
  }
}

async function writeReports(store: Store, batch: ReadonlyMap<string, Pending>): Promise<void> {
  const rows = (kind: 'ports' | 'routers' | 'floatingIps'): readonly StatusRow[] =>
    [...batch]
      .flatMap(([host, pending]) =>
        [...pending[kind].values()].map((one) => ({ host, id: one.id, status: one.status, reason: one.reason ?? '' })),
      )
      // Every writer locks rows in the same order.
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  await store.transaction(async (trx) => {
    const ports = await writePorts(trx, rows('ports'));
    const routers = await writeRouters(trx, rows('routers'));
    const floatingIps = await writeFloatingIps(trx, rows('floatingIps'));
    const hosts = [...batch].map(([host, { generation }]) => ({ host, generation }));
    await sql`UPDATE hosts SET applied_generation = g.generation, heartbeat_at = now()
      FROM jsonb_to_recordset(${JSON.stringify(hosts)}::jsonb) AS g (host text, generation bigint)
      WHERE hosts.name = g.host`.execute(trx);
    const changes: Change[] = [
      ...ports.map((id) => ({ kind: 'port_status', id })),
      ...routers.map((id) => ({ kind: 'router_status', id })),
      ...floatingIps.map((id) => ({ kind: 'floatingip_status', id })),
    ];
    await recordChanges(trx, changes);
  });
}

type Write = (trx: Transaction<Database>, rows: readonly StatusRow[]) => Promise<readonly string[]>;

/** Each takes only what the reporting host carries, and returns the ids whose status is another now. */
const writePorts: Write = async (trx, rows) => {
  if (rows.length === 0) return [];
  const written = await sql<{ id: string }>`
    UPDATE ports SET status = r.status, status_reason = r.reason, revision_number = ports.revision_number + 1, updated_at = now()
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r (host text, id text, status text, reason text)
    WHERE ports.id::text = r.id AND ports.host_id = r.host AND (ports.status, ports.status_reason) <> (r.status, r.reason)
    RETURNING ports.id`.execute(trx);
  return written.rows.map((row) => row.id);
};

const writeRouters: Write = async (trx, rows) => {
  if (rows.length === 0) return [];
  const written = await sql<{ id: string }>`
    UPDATE routers SET status = r.status, updated_at = now()
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r (host text, id text, status text)
    WHERE routers.id::text = r.id AND routers.host = r.host AND routers.status <> r.status
    RETURNING routers.id`.execute(trx);
  return written.rows.map((row) => row.id);
};

const writeFloatingIps: Write = async (trx, rows) => {
  if (rows.length === 0) return [];
  const written = await sql<{ id: string }>`
    UPDATE floating_ips SET status = r.status, revision_number = floating_ips.revision_number + 1, updated_at = now()
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r (host text, id text, status text)
    JOIN routers ON routers.host = r.host
    WHERE floating_ips.id::text = r.id AND floating_ips.router_id = routers.id AND floating_ips.status <> r.status
    RETURNING floating_ips.id`.execute(trx);
  return written.rows.map((row) => row.id);
};
