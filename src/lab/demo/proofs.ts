/** What must hold for the picture to be right, each seen from where a person would look. */
import { outsideAddresses } from '../fabric.ts';
import type { Lab } from '../lab.ts';
import type { LabMember } from '../lab-member.ts';
import type { Progress } from './progress.ts';
import type { Topology } from './topology.ts';
import { answerBytes, takeLease, type Workload } from './workload.ts';

/** Listened on by every workload, but opened by no security group. */
export const closedPort = 8080;

interface Place {
  readonly host: LabMember;
  readonly namespace?: string;
}

/** Returns the address of the DNS server that the workloads were told. */
export async function proveLeases(lab: Lab, progress: Progress, workloads: readonly Workload[]): Promise<string> {
  let nameserver = '';
  for (const workload of workloads) {
    await progress.prove(
      `${workload.name} on ${workload.host.name} gets its lease from dnsmasq on network1`,
      async () => {
        const lease = await takeLease(lab, workload);
        equal(lease.ipAddress, workload.port.ipAddress, 'address');
        equal(lease.mtu, '1450', 'MTU');
        nameserver = lease.nameserver;
        return `${lease.ipAddress}/${lease.prefixLength} via ${lease.router}, DNS ${lease.nameserver}, MTU ${lease.mtu}`;
      },
    );
  }
  return nameserver;
}

export async function proveTraffic(
  lab: Lab,
  progress: Progress,
  topology: Topology,
  [web1, web2]: readonly [Workload, Workload],
  nameserver: string,
): Promise<void> {
  const outside: Place = { host: lab.outside };
  const { prove } = progress;
  const { internet, resolver, gateway } = outsideAddresses;

  await prove('names: web1 asks the DHCP server for the name of web2', async () => {
    const name = `host-${web2.port.ipAddress.replaceAll('.', '-')}.openstacklocal`;
    const { stdout } = await web1.host.exec(['busybox', 'nslookup', '-type=a', name, nameserver], web1);
    if (!stdout.includes(web2.port.ipAddress)) throw new Error(stdout);
    return `${name} is ${web2.port.ipAddress}`;
  });
  await prove('east-west: ping web1 -> web2 across VXLAN', () => ping(web1, web2.port.ipAddress));
  await prove('east-west: a full packet passes, one byte more does not', async () => {
    await ping(web1, web2.port.ipAddress, ['-M', 'do', '-s', '1422']);
    await mustFail(() => ping(web1, web2.port.ipAddress, ['-M', 'do', '-s', '1423']));
    return 'MTU 1450';
  });
  await prove('east-west: TCP web1 -> web2 across VXLAN', () =>
    ask(web1, web2.port.ipAddress, 80, 'web2', web1.port.ipAddress),
  );
  await prove(`outbound: web2 leaves with the router's address (snat)`, () =>
    ask(web2, internet, 80, 'outside', topology.routerAddress),
  );
  await prove('outbound: web1 leaves with its floating IP (float-snat before snat)', () =>
    ask(web1, internet, 80, 'outside', topology.floatingIp),
  );
  await prove(`outbound: web1 and web2 ping ${resolver}`, async () => {
    await ping(web1, resolver);
    return ping(web2, resolver);
  });
  await prove('inbound: ping outside -> floating IP', () => ping(outside, topology.floatingIp));
  await prove('inbound: TCP outside -> floating IP port 80', () =>
    ask(outside, topology.floatingIp, 80, 'web1', gateway),
  );
  await prove(`closed: web1 listens on ${closedPort}, but its group lets nobody in`, async () => {
    await ask(web1, '127.0.0.1', closedPort, 'web1', '127.0.0.1');
    await Promise.all([
      mustFail(() => ask(outside, topology.floatingIp, closedPort, 'web1', gateway)),
      mustFail(() => ask(web2, web1.port.ipAddress, closedPort, 'web1', web2.port.ipAddress)),
    ]);
    return 'neither from outside nor from web2';
  });
}

async function ping(from: Place, to: string, options: readonly string[] = []): Promise<string> {
  const { stdout } = await from.host.exec(['ping', '-c', '3', '-i', '0.2', '-W', '2', ...options, to], from);
  const received = /(\d+) received/.exec(stdout)?.[1];
  equal(received, '3', 'answers');
  const average = /= [\d.]+\/([\d.]+)\//.exec(stdout)?.[1];
  return `3 of 3, ${average} ms`;
}

/** Connects, and checks who answers, whom it sees, and that all of the answer arrives. */
async function ask(from: Place, to: string, port: number, who: string, asWhom: string): Promise<string> {
  const { stdout } = await from.host.exec(['busybox', 'nc', '-w', '2', to, `${port}`], { ...from, timeoutMs: 8000 });
  const [said = '', bytes = ''] = stdout.split('\n');
  equal(said, `${who} sees ${asWhom}`, 'answer');
  equal(bytes.length, answerBytes, 'bytes of the answer');
  return `${said}, ${bytes.length} bytes`;
}

async function mustFail(attempt: () => Promise<string>): Promise<void> {
  const succeeded = await attempt().then(
    (evidence) => evidence,
    () => undefined,
  );
  if (succeeded !== undefined) throw new Error(`this should not have worked: ${succeeded}`);
}

function equal(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
}
