/** What the ports, routers and floating IPs of a host are, judged by what was read back. Pure. */
import type { Problem } from '../driver/host-driver.ts';
import type { ObjectStatus, Report } from '../feed/messages.ts';
import type { Port, Router, Share } from '../model/share.ts';
import type { Plugs } from './plugs-file.ts';

/** By id, of everything on this host that has a status. */
export interface Statuses {
  readonly ports: Readonly<Record<string, ObjectStatus>>;
  readonly routers: Readonly<Record<string, ObjectStatus>>;
  readonly floatingIps: Readonly<Record<string, ObjectStatus>>;
}

export const noStatuses: Statuses = { ports: {}, routers: {}, floatingIps: {} };

export interface Judged {
  readonly share: Share;
  readonly host: string;
  /** Ids of the ports that a workload is plugged into, by us or by os-vif. */
  readonly plugged: ReadonlySet<string>;
  /** The plugs that we made, whose namespaces a problem may name. */
  readonly plugs: Plugs;
  /** What the last `set` could not bring about. */
  readonly problems: readonly Problem[];
}

/**
 * Each status with its reason. ACTIVE is said only of what was wired and read back. A problem belongs to the object whose
 * device, chain, address or namespace it names; one that names none (a rule that all share) counts against all of them.
 */
export function statusesOf({ share, host, plugged, plugs, problems }: Judged): Statuses {
  const names = namesIn(share, host, plugs);
  const shared = problems.filter((problem) => !names.some((name) => concerns(problem, name)));
  const judge = (id: string, isUp: boolean, whyDown: string, own: readonly string[]): ObjectStatus => {
    if (!isUp) return { id, status: 'DOWN', reason: whyDown };
    const problem = problems.find((one) => own.some((name) => concerns(one, name))) ?? shared[0];
    if (problem === undefined) return { id, status: 'ACTIVE' };
    return { id, status: 'ERROR', reason: `${problem.object}: ${problem.message}` };
  };

  const ports: Record<string, ObjectStatus> = {};
  for (const port of workloadPorts(share, host)) {
    const isPlugged = plugged.has(port.id);
    const why = isPlugged ? 'its admin state is down' : `nothing is plugged into it on ${host}`;
    ports[port.id] = judge(port.id, isPlugged && port.adminStateUp, why, workloadNames(port, plugs));
  }
  for (const server of Object.values(share.dhcpServer)) {
    const isUp = share.port[server.portId]?.adminStateUp ?? false;
    const own = [portName(server.portId), `qdhcp-${server.id}`];
    ports[server.portId] = judge(server.portId, isUp, 'its admin state is down', own);
  }
  const routers: Record<string, ObjectStatus> = {};
  for (const router of Object.values(share.router)) {
    const own = [`qrouter-${router.id}`];
    routers[router.id] = judge(router.id, router.adminStateUp, 'its admin state is down', own);
    for (const port of portsOf(router, share)) {
      const isUp = router.adminStateUp && port.adminStateUp;
      ports[port.id] = judge(port.id, isUp, 'its or its router’s admin state is down', [portName(port.id), ...own]);
    }
  }
  const floatingIps: Record<string, ObjectStatus> = {};
  for (const floatingIp of [...Object.values(share.floatingIp), ...Object.values(share.forwardingIp)]) {
    const isUp = share.router[floatingIp.routerId]?.adminStateUp ?? false;
    const own = [`qrouter-${floatingIp.routerId}`];
    floatingIps[floatingIp.id] = judge(floatingIp.id, isUp, 'its router is not up on this host', own);
  }
  return { ports, routers, floatingIps };
}

/** What `now` says that `said` did not, for a report. Objects that left the host are no longer ours to speak of. */
export function newsIn(now: Statuses, said: Statuses): Pick<Report, 'ports' | 'routers' | 'floatingIps'> {
  const news = (kind: keyof Statuses): ObjectStatus[] =>
    Object.values(now[kind]).filter((one) => {
      const before = said[kind][one.id];
      return before === undefined || before.status !== one.status || before.reason !== one.reason;
    });
  return { ports: news('ports'), routers: news('routers'), floatingIps: news('floatingIps') };
}

/** The ports of instances and the like that are bound to this host; those of routers and DHCP servers are wired with these. */
export function workloadPorts(share: Share, host: string): readonly Port[] {
  return Object.values(share.port).filter((port) => port.host === host && !port.deviceOwner.startsWith('network:'));
}

function portsOf(router: Router, share: Share): readonly Port[] {
  const ids =
    router.gatewayPortId === null ? router.interfacePortIds : [...router.interfacePortIds, router.gatewayPortId];
  return ids.flatMap((id) => share.port[id] ?? []);
}

/** Devices carry 11 characters of a port's id, chains 10. */
function portName(id: string): string {
  return id.slice(0, 10);
}

/** A workload's namespace may have any name, and `a` is part of too many others. */
const shortestName = 10;

function concerns(problem: Problem, name: string): boolean {
  if (problem.namespace === name) return true;
  return name.length >= shortestName && problem.object.includes(name);
}

function workloadNames(port: Port, plugs: Plugs): readonly string[] {
  const plug = plugs[port.id];
  return plug?.kind === 'netns' ? [portName(port.id), plug.namespace] : [portName(port.id)];
}

function namesIn(share: Share, host: string, plugs: Plugs): readonly string[] {
  return [
    ...workloadPorts(share, host).flatMap((port) => workloadNames(port, plugs)),
    ...Object.values(share.dhcpServer).flatMap((server) => [portName(server.portId), `qdhcp-${server.id}`]),
    ...Object.values(share.router).flatMap((router) => [
      `qrouter-${router.id}`,
      ...portsOf(router, share).map((port) => portName(port.id)),
    ]),
  ];
}
