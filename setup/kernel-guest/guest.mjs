// One run of the guest.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failed, note, root } from '../steps.mjs';
import { packCpio } from './image.mjs';

/**
 * Boots the image and runs the command in it, in a directory with what is in `dist`. The command's output goes to this
 * terminal. Returns its exit status. Throws `Failed` when the guest dies or the time is up.
 */
export async function runGuest({ image, command, timeLimitMs }) {
  const directory = mkdtempSync(join(tmpdir(), 'tapline-guest-'));
  try {
    await packPayload(directory, command);
    const initrd = join(directory, 'initrd');
    writeFileSync(
      initrd,
      Buffer.concat([readFileSync(join(image, 'initrd')), readFileSync(join(directory, 'payload'))]),
    );
    const log = join(directory, 'kernel.log');
    const status = join(directory, 'status');
    await boot(qemu(image, initrd, log, status), timeLimitMs);
    const exit = /^exit=(\d+)/m.exec(readFileSync(status, 'utf8'))?.[1];
    if (exit !== undefined) return Number(exit);
    throw new Failed(
      `the guest died; its kernel said:\n${readFileSync(log, 'utf8').split('\n').slice(-40).join('\n')}`,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function packPayload(directory, command) {
  const tree = join(directory, 'tree');
  const payload = join(tree, 'payload');
  mkdirSync(payload, { recursive: true });
  // All of it but the map, which the guest's disk has no use for.
  cpSync(join(root, 'dist'), payload, { recursive: true, filter: (path) => !path.endsWith('.map') });
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  writeFileSync(join(payload, 'command.sh'), `${quoted.join(' ')}\n`);
  await packCpio(tree, join(directory, 'payload'));
}

function qemu(image, initrd, log, status) {
  const drive = `file=${join(image, 'root.img')},if=none,id=root,format=raw,readonly=on`;
  const kernel =
    'console=ttyS0 quiet panic=-1 reboot=t no_timer_check mitigations=off nokaslr random.trust_cpu=on audit=0';
  return [
    // Nehalem: measured faster under emulation than a CPU with all features.
    ...[
      'qemu-system-x86_64',
      '-M',
      'pc',
      '-accel',
      'tcg,thread=multi,tb-size=1024',
      '-cpu',
      'Nehalem',
      '-smp',
      '2',
      '-m',
      '4G',
    ],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-nic', 'none', '-no-reboot'],
    ...['-kernel', join(image, 'vmlinuz'), '-initrd', initrd, '-append', `${kernel} rdinit=/init`],
    ...['-serial', `file:${log}`, '-serial', `file:${status}`],
    ...['-drive', drive, '-device', 'virtio-blk-pci,drive=root', '-device', 'virtio-rng-pci'],
    ...['-chardev', 'stdio,id=out,signal=off', '-device', 'virtio-serial-pci', '-device', 'virtconsole,chardev=out'],
  ];
}

function boot([program, ...args], timeLimitMs) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    const limit = setTimeout(() => {
      note(`the guest is ended after ${timeLimitMs / 60_000} minutes`);
      child.kill('SIGKILL');
    }, timeLimitMs);
    const stop = () => child.kill('SIGTERM');
    process.once('SIGTERM', stop);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(limit);
      process.off('SIGTERM', stop);
      if (code === 0 || code === null) resolve();
      else reject(new Failed(`qemu: exit ${code}: ${said}`));
    });
  });
}
