/**
 * The floor: the objects of K hybrid ports made by hand, each kind in one batch, with nothing that decides, compares or
 * verifies. Runs inside a host and prints one JSON line with the milliseconds of each repetition.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { commitFlows } from '../../src/driver/native/flow-bundle.ts';
import { flowBytes } from '../../src/driver/native/flow-bytes.ts';
import { OvsdbPorts } from './ovsdb-ports.ts';

const [runDirectory = '', count = '1', repetitions = '5'] = process.argv.slice(2);
const numbers = Array.from({ length: Number(count) }, (_, n) => n);
const bridge = 'br-floor';

using ovsdb = await OvsdbPorts.connect(join(runDirectory, 'db.sock'));
const management = join(runDirectory, `${bridge}.mgmt`);
const ms: number[] = [];
for (let i = 0; i < Number(repetitions); i++) {
  await feed(['ip', '-batch', '-'], numbers.map((n) => `netns add floor${n}\n`).join(''));
  const startedAt = performance.now();
  const rules = feed(['iptables-restore', '--noflush'], rulesText());
  await feed(['ip', '-batch', '-'], linksText());
  const each = ['xargs', '-P', '2', '-I', '{}', 'ethtool', '-K', '{}', 'tx', 'off'];
  await feed(each, numbers.map((n) => `fqvb${n}\n`).join(''));
  await ovsdb.add(
    bridge,
    numbers.map((n) => `fqvo${n}`),
  );
  await commitFlows(management, flows('add'));
  await rules;
  ms.push(performance.now() - startedAt);
  await ovsdb.remove(
    bridge,
    numbers.map((n) => `fqvo${n}`),
  );
  await commitFlows(management, flows('remove'));
  await feed(
    ['ip', '-force', '-batch', '-'],
    numbers.map((n) => `link del fqvb${n}\nlink del ftap${n}\nlink del fqbr${n}\nnetns del floor${n}\n`).join(''),
  );
  await feed(['iptables-restore', '--noflush'], removalText());
}
console.log(JSON.stringify(ms));

function linksText(): string {
  return numbers
    .map((n) =>
      [
        `link add fqbr${n} type bridge ageing_time 0`,
        `link add fqvb${n} mtu 1450 type veth peer name fqvo${n} mtu 1450`,
        `link add ftap${n} mtu 1450 type veth peer name eth0 netns floor${n} mtu 1450`,
        `link set ftap${n} master fqbr${n} up`,
        `link set fqvb${n} master fqbr${n} up`,
        `link set fqbr${n} up`,
        `link set fqvo${n} up`,
      ].join('\n'),
    )
    .join('\n')
    .concat('\n');
}

function rulesText(): string {
  const filter = numbers.flatMap((n) => [
    `:floor-i${n} - [0:0]`,
    `:floor-o${n} - [0:0]`,
    `-A FORWARD -m physdev --physdev-out ftap${n} --physdev-is-bridged -j floor-i${n}`,
    `-A FORWARD -m physdev --physdev-in ftap${n} --physdev-is-bridged -j floor-o${n}`,
    `-A floor-i${n} -m state --state RELATED,ESTABLISHED -j RETURN`,
    `-A floor-i${n} -p tcp --dport 22 -j RETURN`,
    `-A floor-i${n} -j DROP`,
    `-A floor-o${n} -m mac ! --mac-source fa:16:3e:00:00:0a -j DROP`,
    `-A floor-o${n} -j RETURN`,
  ]);
  const raw = numbers.map((n) => `-A PREROUTING -m physdev --physdev-in fqvb${n} -j CT --zone ${n + 1}`);
  return ['*filter', ...filter, 'COMMIT', '*raw', ...raw, 'COMMIT', ''].join('\n');
}

function removalText(): string {
  const filter = numbers.flatMap((n) => [
    `-D FORWARD -m physdev --physdev-out ftap${n} --physdev-is-bridged -j floor-i${n}`,
    `-D FORWARD -m physdev --physdev-in ftap${n} --physdev-is-bridged -j floor-o${n}`,
    `-F floor-i${n}`,
    `-F floor-o${n}`,
    `-X floor-i${n}`,
    `-X floor-o${n}`,
  ]);
  const raw = numbers.map((n) => `-D PREROUTING -m physdev --physdev-in fqvb${n} -j CT --zone ${n + 1}`);
  return ['*filter', ...filter, 'COMMIT', '*raw', ...raw, 'COMMIT', ''].join('\n');
}

/** Six for each port, as many as a port has at least. */
function flows(command: 'add' | 'remove'): Buffer[] {
  return numbers.flatMap((n) =>
    [53, 54, 55, 56, 57, 58].flatMap((table) => {
      const last = [n >> 8, n & 255].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
      const match = `dl_vlan=7,dl_dst=fa:16:3e:00:${last}`;
      return flowBytes({ table, priority: 7, match, actions: 'output:1' }, command) ?? [];
    }),
  );
}

/** Runs a program with its standard input. Rejects unless it ends with 0. */
function feed([program = '', ...args]: readonly string[], input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (data) => {
      said += String(data);
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${program}: ${said.slice(0, 500)}`))));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
