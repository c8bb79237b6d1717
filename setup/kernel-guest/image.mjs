// The guest's disk image and kernel, made once and kept in the user's cache until its recipe changes.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { Failed, note, root, run, step } from '../steps.mjs';

const suite = 'bookworm';
const mirror = process.env.TAPLINE_DEBIAN_MIRROR ?? 'http://deb.debian.org/debian';
const kernelPackage = 'linux-image-cloud-amd64';
const packages = [
  ...[
    'iproute2',
    'iptables',
    'ipset',
    'conntrack',
    'ethtool',
    'kmod',
    'procps',
    'tcpdump',
    'iputils-ping',
    'iputils-arping',
  ],
  ...['openvswitch-switch', 'dnsmasq-base', 'haproxy', 'postgresql-15', 'busybox-static', 'iperf3', 'libstdc++6'],
];
/** Needed before the root file system can be reached; all others are in it. */
const bootModules = ['virtio_pci', 'virtio_blk', 'virtio_console', 'virtio_rng', 'squashfs', 'overlay'];
const scripts = join(root, 'setup', 'kernel-guest');

/** Directory with `root.img`, `vmlinuz` and `initrd`. Needs root, and about 640 MB. */
export async function ensureImage() {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tapline', 'kernel-guest');
  const image = join(cache, recipe());
  if (existsSync(join(image, 'initrd'))) return image;
  mkdirSync(cache, { recursive: true });
  const building = mkdtempSync(join(cache, 'building-'));
  // mmdebstrap drops to the user _apt for its downloads.
  chmodSync(building, 0o755);
  try {
    await step('kernel for the guest', () => kernel(building));
    await step('Debian for the guest', () => rootImage(building));
    await step('boot image for the guest', () => initrd(building));
    for (const name of ['kernel', 'root', 'initramfs']) rmSync(join(building, name), { recursive: true, force: true });
    for (const old of readdirSync(cache)) {
      if (join(cache, old) !== building) rmSync(join(cache, old), { recursive: true, force: true });
    }
    renameSync(building, image);
  } catch (error) {
    rmSync(building, { recursive: true, force: true });
    throw error;
  }
  note(`kept in ${image}`);
  return image;
}

function recipe() {
  const hash = createHash('sha256');
  const node = statSync(process.execPath);
  hash.update(JSON.stringify([suite, mirror, packages, bootModules, node.size, node.mtimeMs]));
  for (const name of ['image.mjs', 'initramfs-init.sh', 'guest-init.sh'])
    hash.update(readFileSync(join(scripts, name)));
  return hash.digest('hex').slice(0, 16);
}

/** Downloads the newest kernel of the meta package and unpacks it, without installing it on this machine. */
async function kernel(directory) {
  const lines = [];
  const hear = (line) => lines.push(line);
  const depends = () => run(['apt-cache', 'depends', kernelPackage], { onLine: hear, allowFailure: true });
  await depends();
  if (lines.length === 0) {
    await run(['apt-get', '-q', 'update'], { onLine: () => undefined });
    await depends();
  }
  const name = lines.map((line) => /Depends: (linux-image-\S+)/.exec(line)?.[1]).find(Boolean);
  if (name === undefined) throw new Failed(`no kernel: apt-cache knows no ${kernelPackage}`);
  const download = join(directory, 'kernel');
  mkdirSync(download);
  // apt downloads as the user _apt.
  chmodSync(download, 0o777);
  await run(['apt-get', '-q', 'download', name], { cwd: download, onLine: () => undefined });
  const [file] = readdirSync(download);
  await run(['dpkg-deb', '-x', join(download, file), download]);
  await run(['depmod', '-b', download, kernelVersion(directory)]);
  copyFileSync(join(download, 'boot', `vmlinuz-${kernelVersion(directory)}`), join(directory, 'vmlinuz'));
}

const kernelVersion = (directory) => readdirSync(join(directory, 'kernel', 'lib', 'modules'))[0];

async function rootImage(directory) {
  const target = join(directory, 'root');
  const security = mirror.replace(/debian\/?$/, 'debian-security');
  await run(
    [
      ...['mmdebstrap', '--variant=minbase', '--mode=root', '--quiet', `--include=${packages.join(',')}`],
      '--aptopt=Acquire::Languages "none"',
      ...['doc', 'man', 'locale'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
      // Nothing may be started, and no database cluster made, while the packages are installed.
      '--essential-hook=mkdir -p "$1/etc/postgresql-common/createcluster.d"',
      '--essential-hook=echo "create_main_cluster = false" >"$1/etc/postgresql-common/createcluster.d/guest.conf"',
      '--essential-hook=printf "#!/bin/sh\\nexit 101\\n" >"$1/usr/sbin/policy-rc.d"; chmod 755 "$1/usr/sbin/policy-rc.d"',
      ...[suite, target, `deb ${mirror} ${suite} main`, `deb ${mirror} ${suite}-updates main`],
      `deb ${security} ${suite}-security main`,
    ],
    { onLine: () => undefined, env: { LC_ALL: 'C' } },
  );
  mkdirSync(join(target, 'lib', 'modules'), { recursive: true });
  const modules = join(directory, 'kernel', 'lib', 'modules', kernelVersion(directory));
  await run(['cp', '-a', modules, join(target, 'lib', 'modules')]);
  copyFileSync(realpathSync(process.execPath), join(target, 'usr', 'bin', 'node'));
  copyFileSync(join(scripts, 'guest-init.sh'), join(target, 'sbin', 'guest-init'));
  chmodSync(join(target, 'sbin', 'guest-init'), 0o755);
  for (const name of ['resolv.conf', 'hostname']) rmSync(join(target, 'etc', name), { force: true });
  writeFileSync(join(target, 'etc', 'hosts'), '127.0.0.1 localhost kernel-guest\n');
  // Without compression, because under emulation reading is what costs.
  await squash(target, join(directory, 'root.img'));
}

const squash = (from, to) =>
  run(['mksquashfs', from, to, '-noI', '-noD', '-noF', '-noX', '-no-progress', '-quiet'], { onLine: () => undefined });

async function initrd(directory) {
  const tree = join(directory, 'initramfs');
  for (const name of ['bin', 'proc', 'sys', 'dev', 'modules', 'lower', 'upper', 'new']) {
    mkdirSync(join(tree, name), { recursive: true });
  }
  copyFileSync(join(directory, 'root', 'bin', 'busybox'), join(tree, 'bin', 'busybox'));
  copyFileSync(join(scripts, 'initramfs-init.sh'), join(tree, 'init'));
  for (const name of ['bin/busybox', 'init']) chmodSync(join(tree, name), 0o755);
  const order = [];
  for (const module of bootModules) {
    const at = ['-d', join(directory, 'kernel'), '-S', kernelVersion(directory)];
    const hear = (line) => {
      const file = /^insmod (\S+)/.exec(line)?.[1];
      if (file === undefined || order.includes(basename(file))) return;
      copyFileSync(file, join(tree, 'modules', basename(file)));
      order.push(basename(file));
    };
    await run(['modprobe', ...at, '--show-depends', module], { onLine: hear });
  }
  writeFileSync(join(tree, 'modules', 'order'), `${order.join('\n')}\n`);
  await packCpio(tree, join(directory, 'initrd'));
}

/** Packs a directory as an initramfs; the kernel takes several, one behind the other. */
export async function packCpio(directory, file) {
  const names = [];
  const walk = (at) => {
    for (const entry of readdirSync(join(directory, at), { withFileTypes: true })) {
      const name = join(at, entry.name);
      names.push(name);
      if (entry.isDirectory()) walk(name);
    }
  };
  walk('.');
  const input = `${names.join('\n')}\n`;
  await run(['cpio', '--create', '--format=newc', '--quiet', `--file=${file}`], { cwd: directory, input });
}
