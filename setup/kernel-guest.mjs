// Runs the demo's proofs inside a virtual machine with Debian's own kernel and its openvswitch module, which is what
// production runs. The machine is emulated (no KVM needed), has no network card, and is thrown away.
//
//   node setup/kernel-guest.mjs                 tapline demo --check
//   node setup/kernel-guest.mjs -- COMMAND …    something else, in a directory with tapline.mjs
import { installPrograms } from './debian-packages.mjs';
import { runGuest } from './kernel-guest/guest.mjs';
import { ensureImage } from './kernel-guest/image.mjs';
import { Failed, note } from './steps.mjs';

const separator = process.argv.indexOf('--');
const command = separator === -1 ? ['./tapline.mjs', 'demo', '--check'] : process.argv.slice(separator + 1);

process.on('SIGINT', () => undefined);
try {
  if (process.arch !== 'x64') throw new Failed(`the kernel guest is made for amd64 machines; this is ${process.arch}`);
  await installPrograms({
    'qemu-system-x86_64': 'qemu-system-x86',
    mmdebstrap: 'mmdebstrap',
    mksquashfs: 'squashfs-tools',
    cpio: 'cpio',
    depmod: 'kmod',
  });
  const image = await ensureImage();
  note(`Booting Debian's kernel; in it: ${command.join(' ')}`);
  process.exitCode = await runGuest({ image, command, timeLimitMs: 15 * 60_000 });
} catch (error) {
  if (!(error instanceof Failed)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}
