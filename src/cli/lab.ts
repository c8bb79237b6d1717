import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { defaultLabName, labDirectory } from '../lab/demo/demo-directory.ts';
import { endLab } from '../lab/end-lab.ts';
import { openLab, startLab } from '../lab/lab.ts';

interface LabCommandOptions {
  readonly name: string;
}

/** `tapline lab up|down|exec`: several hosts on one machine. */
export function addLab(program: Command): void {
  const lab = program
    .command('lab')
    .description('several hosts on one machine, each a set of namespaces with its own OVS');
  const name = ['--name <name>', 'name of the lab', defaultLabName] as const;

  lab
    .command('up')
    .description('bring up hosts, a controller and an outside world')
    .option(...name)
    .option('--hosts <names>', 'hosts, by commas', 'compute1,compute2,network1')
    .option('--external <names>', 'those of them with a NIC to the outside, by commas', 'network1')
    .action(async (options: LabCommandOptions & { hosts: string; external: string }) => {
      requireRoot('a lab');
      const external = options.external.split(',');
      const hosts = options.hosts.split(',').map((host) => ({ name: host, external: external.includes(host) }));
      const running = await startLab({ name: options.name, hosts, directory: labDirectory(options.name) });
      console.log(`lab ${running.name} is up in ${running.directory}, datapath ${running.datapathType}`);
      for (const host of running.hosts) {
        console.log(`  ${host.name.padEnd(12)} ${host.managementAddress}, tunnels ${host.tunnelAddress}`);
      }
    });

  lab
    .command('down')
    .description('end it and remove everything of it, also after a crash')
    .option(...name)
    .action(async (options: LabCommandOptions) => {
      requireRoot('a lab');
      const ended = await endLab(labDirectory(options.name));
      console.log(ended ? `lab ${options.name} is gone` : `there is no lab ${options.name}`);
    });

  lab
    .command('exec')
    .description('run a command on a host of the lab, on its controller or outside; exits as the command does')
    .passThroughOptions()
    .option(...name)
    .argument('<host>')
    .argument('<command...>')
    .action(async (host: string, argv: string[], options: LabCommandOptions) => {
      requireRoot('a lab');
      const running = openLab(labDirectory(options.name));
      if (running === undefined) throw new Error(`there is no lab ${options.name}: start one with tapline lab up`);
      const member = running.member(host);
      const config = join(member.directory, 'tapline.toml');
      const env = existsSync(config) ? { ...process.env, TAPLINE_CONFIG: config } : process.env;
      const child = member.spawn(argv, { stdio: 'inherit', env });
      // Ctrl-C goes to the whole foreground group; the command decides what it means.
      process.on('SIGINT', () => undefined);
      process.exitCode = await new Promise<number>((resolve, reject) => {
        child.on('error', reject);
        child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
      });
    });
}

/** Throws, for a person, when this is not root. */
export function requireRoot(what: string): void {
  if (process.getuid?.() !== 0) throw new Error(`${what} needs root: namespaces and Open vSwitch are the kernel's`);
}
