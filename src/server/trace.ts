/** The line between two ends, over what the hosts have at this moment. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Config } from '../config/config.ts';
import type { Channel } from '../feed/channel.ts';
import type { HostState } from '../host/host-state.ts';
import type { Store } from '../store/database.ts';
import { agreement } from '../trace/agreement.ts';
import type { Endpoint } from '../trace/line.ts';
import type { Reading } from '../trace/reading.ts';
import { isServicePort, type TraceModel } from '../trace/trace-model.ts';
import { understand } from '../trace/understand.ts';
import { walk } from '../trace/walk.ts';
import { refuse } from './admin-guard.ts';
import { intendedStates } from './intended.ts';
import { readTraceModel } from './trace-model.ts';

const TraceRequest = Type.Object(
  {
    from: Type.String({ minLength: 1, maxLength: 255 }),
    to: Type.String({ minLength: 1, maxLength: 255 }),
    /** Id or name of the network that an address lies in, where addresses overlap. */
    network: Type.Optional(Type.String()),
    protocol: Type.Optional(
      Type.Union([Type.Literal('icmp'), Type.Literal('icmp6'), Type.Literal('tcp'), Type.Literal('udp')]),
    ),
    destinationPort: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535 })),
    /** `intended` asks no host. */
    reading: Type.Optional(Type.Union([Type.Literal('both'), Type.Literal('intended')])),
  },
  { additionalProperties: false },
);

interface TraceParts {
  readonly store: Store;
  readonly config: Config;
  readonly channel: Channel;
  readonly requireAdmin: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
}

/**
 * `POST /tapline/v1/trace {from, to, protocol?, destinationPort?, network?, reading?}`: a `Reading`. 400 for a request of another
 * shape, 404 with what an end could mean where it is not one thing.
 */
export function registerTrace(app: FastifyInstance, { store, config, channel, requireAdmin }: TraceParts): void {
  app.post('/tapline/v1/trace', { preHandler: requireAdmin }, async (request, reply) => {
    const asked = request.body;
    if (!Value.Check(TraceRequest, asked)) {
      const [first] = Value.Errors(TraceRequest, asked);
      return refuse(
        reply,
        400,
        `trace${(first?.instancePath ?? '').replaceAll('/', ' ')}: ${first?.message ?? 'invalid'}`,
      );
    }
    const model = await readTraceModel(store, [asked.from, asked.to]);
    const understood = understand(model, asked);
    if (understood.kind === 'unclear') return refuse(reply, 404, understood.message);
    const { question } = understood;
    const hosts = hostsOnTheWay(model, [question.from, question.to]);
    if (asked.reading === 'intended') return { line: walk(await intendedStates(store, config, hosts, {}), question) };
    const { states, silent } = await observe(channel, hosts);
    const walked = walk(states, question);
    const line = { ...walked, assumptions: [...walked.assumptions, ...silent] };
    const intended = walk(await intendedStates(store, config, hosts, states), question);
    return { line, intended, agreement: agreement(intended, line) } satisfies Reading;
  });
}

/** The hosts of the ends, and those that carry a router, a gateway or a DHCP server of their networks. */
function hostsOnTheWay(model: TraceModel, ends: readonly Endpoint[]): readonly string[] {
  const networks = new Set(ends.map((end) => (end.kind === 'port' ? end.networkId : '')));
  const carriers = model.ports.filter((port) => networks.has(port.networkId) && isServicePort(port.deviceOwner));
  const hosts = [...ends.map((end) => (end.kind === 'port' ? end.host : '')), ...carriers.map((port) => port.host)];
  return [...new Set(hosts)].filter((host) => host !== '');
}

async function observe(channel: Channel, hosts: readonly string[]) {
  const states: Record<string, HostState> = {};
  const silent: string[] = [];
  await Promise.all(
    hosts.map(async (host) => {
      try {
        states[host] = parseState(await channel.observe(host));
      } catch (error) {
        silent.push(`${host} was not seen: ${error instanceof Error ? error.message : String(error)}`);
      }
    }),
  );
  return { states, silent };
}

/** What an agent sends is its own word; the parts that a walk looks at must at least be there. */
function parseState(value: unknown): HostState {
  if (!isHostState(value)) throw new Error('its agent answered with something that is not the state of a host');
  return value;
}

function isHostState(value: unknown): value is HostState {
  return Value.Check(StateShape, value);
}

const StateShape = Type.Object({
  namespaces: Type.Record(Type.String(), Type.Object({ links: Type.Object({}), routes: Type.Array(Type.Object({})) })),
  bridges: Type.Record(Type.String(), Type.Object({ ports: Type.Object({}), flows: Type.Array(Type.Object({})) })),
  daemons: Type.Object({}),
});
