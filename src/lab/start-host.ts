import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lab, startLab } from './lab.ts';
import type { LabMember } from './lab-member.ts';

/** One host alone, as tests of a driver want it: `await using host = await startHost({ name: 'mytest' })`. */
export interface SingleHost extends AsyncDisposable {
  readonly host: LabMember;
  readonly lab: Lab;
}

/** Brings up a lab of one host, called `host`, in a temporary directory. */
export async function startHost(options: { readonly name: string; readonly external?: boolean }): Promise<SingleHost> {
  const directory = mkdtempSync(join(tmpdir(), `${options.name}-`));
  // Daemons of other users, such as dnsmasq, read their files below it.
  chmodSync(directory, 0o755);
  const lab = await startLab({
    name: options.name,
    hosts: [{ name: 'host', external: options.external ?? false }],
    directory,
  });
  return { host: lab.member('host'), lab, [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose]() };
}
