import type { Command } from 'commander';
import { plug, unplug } from '../agent/control.ts';
import type { PlugAnswer } from '../agent/plugging.ts';
import { type Config, loadConfig } from '../config/config.ts';
import { apiClient } from './target.ts';

interface PlugOptions {
  readonly config?: string;
  readonly netns?: string;
  readonly tap?: boolean;
  readonly device: string;
}

/** `tapline plug` and `unplug`: the hybrid chain of a local VM or container, made by this host's agent. */
export function addPlug(program: Command): void {
  program
    .command('plug')
    .description('wire a port to a workload on this host: a namespace, or a tap device that a hypervisor opens')
    .argument('<port>', 'id of the port, or its name when the API can be asked')
    .option('--netns <name>', 'put a device with the MAC of the port into this network namespace')
    .option('--device <name>', 'its name there', 'eth0')
    .option('--tap', 'make a tap device instead')
    .option('--config <file>', 'configuration file')
    .action(async (port: string, options: PlugOptions) => {
      if ((options.netns === undefined) === (options.tap === undefined)) {
        throw new Error('say where the workload is: --netns NAME, or --tap');
      }
      const portId = await portIdOf(port);
      const answer = await plug(configOf(options), {
        portId,
        plug:
          options.netns === undefined
            ? { kind: 'tap' }
            : { kind: 'netns', namespace: options.netns, device: options.device },
      });
      console.log(`port ${portId} is ${told(answer)}${options.tap ? `: tap${portId.slice(0, 11)}` : ''}`);
    });

  program
    .command('unplug')
    .description('take the chain of a port away again')
    .argument('<port>', 'id of the port, or its name when the API can be asked')
    .option('--config <file>', 'configuration file')
    .action(async (port: string, options: { config?: string }) => {
      const portId = await portIdOf(port);
      console.log(`port ${portId} is ${told(await unplug(configOf(options), portId))}`);
    });
}

const configOf = (options: { readonly config?: string }): Config =>
  loadConfig(options.config === undefined ? {} : { file: options.config });

function told(answer: PlugAnswer): string {
  if (!answer.ok) throw new Error(answer.error);
  return answer.status.status;
}

async function portIdOf(port: string): Promise<string> {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(port)) return port.toLowerCase();
  const { ports } = await apiClient(undefined).get(`/v2.0/ports?name=${encodeURIComponent(port)}&fields=id`);
  const [first, second] = ports as readonly { readonly id: string }[];
  if (first === undefined) throw new Error(`there is no port named ${port}`);
  if (second !== undefined) throw new Error(`more than one port is named ${port}: give the id`);
  return first.id;
}
