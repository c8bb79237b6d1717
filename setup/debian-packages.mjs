// The programs that the data plane, the tests and the demo are made of. They are looked for as programs, so that a system
// that has them in another way is left alone, and installed as Debian packages.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { Failed, note, run, step } from './steps.mjs';

const programs = {
  ip: 'iproute2',
  'ovs-vswitchd': 'openvswitch-switch',
  'ovsdb-tool': 'openvswitch-common',
  dnsmasq: 'dnsmasq-base',
  'iptables-restore': 'iptables',
  ipset: 'ipset',
  conntrack: 'conntrack',
  ethtool: 'ethtool',
  sysctl: 'procps',
  modprobe: 'kmod',
  nsenter: 'util-linux',
  busybox: 'busybox-static',
  ping: 'iputils-ping',
  arping: 'iputils-arping',
  tcpdump: 'tcpdump',
  iperf3: 'iperf3',
  haproxy: 'haproxy',
};
const postgresql = 'postgresql-15';
const oldestPostgresql = 15;

/** Debian packages that would bring what is not here. */
export function missingPackages() {
  // Rules are printed with the names of protocols, which are in a file.
  const missing = [...missingOf(programs), ...(existsSync('/etc/protocols') ? [] : ['netbase'])];
  return hasPostgresql() ? missing : [...missing, postgresql];
}

/** Installs what is missing. Nothing that is installed is started, and no database cluster is made. */
export async function ensureDebianPackages() {
  await ensure(missingPackages);
}

/** The same for other programs, given with the package that has each. */
export async function installPrograms(wanted) {
  await ensure(() => missingOf(wanted));
}

/** OpenStack's own test suites and clients. The plugins are Python packages without a program of their own. */
export async function ensureSuites() {
  await ensure(() => [
    ...missingOf({ tempest: 'tempest', openstack: 'python3-openstackclient', stestr: 'python3-stestr' }),
    ...Object.entries({
      neutron_tempest_plugin: 'neutron-tempest-plugin',
      neutronclient: 'python3-neutronclient',
      openstack: 'python3-openstacksdk',
    }).flatMap(([module, name]) => (existsSync(join('/usr/lib/python3/dist-packages', module)) ? [] : [name])),
  ]);
}

function missingOf(wanted) {
  const path = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  const has = (program) => path.some((directory) => existsSync(join(directory, program)));
  return Object.entries(wanted).flatMap(([program, name]) => (has(program) ? [] : [name]));
}

async function ensure(look) {
  const missing = look();
  if (missing.length === 0) return;
  if (!existsSync('/usr/bin/apt-get')) {
    throw new Failed(`not installed: ${missing.join(' ')} (names of Debian packages; there is no apt-get here)`);
  }
  note(`Installing Debian packages: ${missing.join(' ')}`);
  await step('Debian packages', () => withoutStarting(() => install(missing)));
  const still = look();
  if (still.length > 0) throw new Failed(`installed, but still not found: ${still.join(' ')}`);
}

async function install(packages) {
  const onLine = (line) => {
    if (/^(Setting up|E:) /.test(line)) note(`           ${line}`);
  };
  const env = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const apt = (...args) => ['apt-get', '-o', 'DPkg::Lock::Timeout=600', '-q', '-y', ...args];
  const installing = apt('install', '--no-install-recommends', ...packages);
  const code = await run(installing, { onLine, env, allowFailure: true }).catch(() => 1);
  if (code === 0) return;
  // The lists of packages are missing or older than the mirror.
  await step('apt-get update', () => run(apt('update'), { onLine: () => undefined, env }));
  await run(installing, { onLine, env });
}

function hasPostgresql() {
  const directory = '/usr/lib/postgresql';
  const versions = existsSync(directory) ? readdirSync(directory).map(Number) : [];
  return versions.some((one) => one >= oldestPostgresql && existsSync(join(directory, `${one}`, 'bin', 'postgres')));
}

/** Debian starts what it installs, unless `policy-rc.d` says no; and `postgresql-common` makes a cluster. */
async function withoutStarting(work) {
  const policy = '/usr/sbin/policy-rc.d';
  const aside = `${policy}.before-tapline`;
  const cluster = '/etc/postgresql-common/createcluster.d/tapline.conf';
  const mark = '# by the setup of tapline, for as long as it installs packages';
  const isOurs = existsSync(policy) && readFileSync(policy, 'utf8').includes(mark);
  if (existsSync(policy) && !isOurs) renameSync(policy, aside);
  writeFileSync(policy, `#!/bin/sh\n${mark}\nexit 101\n`);
  chmodSync(policy, 0o755);
  mkdirSync('/etc/postgresql-common/createcluster.d', { recursive: true });
  writeFileSync(cluster, `${mark}\ncreate_main_cluster = false\n`);
  try {
    return await work();
  } finally {
    rmSync(policy, { force: true });
    if (existsSync(aside)) renameSync(aside, policy);
    rmSync(cluster, { force: true });
  }
}
