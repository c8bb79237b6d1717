/**
 * What server and agent say to each other: JSON, one message a WebSocket frame, at `GET /agents/v1/channel`.
 *
 * The agent speaks first (`hello`). The server answers with `sync`: everything, or the difference to the generation that the
 * agent says it has. Each later `sync` carries only what changed. The agent applies it and answers with `report`.
 */
import { type Static, Type } from 'typebox';

/** Which services an agent offers to the scheduler, beside wiring its own ports. */
export const AgentRole = Type.Union([Type.Literal('dhcp'), Type.Literal('l3')]);
export type AgentRole = Static<typeof AgentRole>;

export const Hello = Type.Object({
  type: Type.Literal('hello'),
  host: Type.String({ minLength: 1, maxLength: 255 }),
  version: Type.String(),
  roles: Type.Array(AgentRole),
  localIp: Type.Union([Type.String(), Type.Null()]),
  datapathType: Type.Union([Type.Literal('system'), Type.Literal('netdev')]),
  bridgeMappings: Type.Record(Type.String(), Type.String()),
  availabilityZone: Type.Optional(Type.String({ maxLength: 255 })),
  /** What the agent has, so that only the difference is sent; null asks for everything. */
  resume: Type.Union([Type.Object({ epoch: Type.String(), generation: Type.Integer() }), Type.Null()]),
});
export type Hello = Static<typeof Hello>;

export const ObjectStatus = Type.Object({
  id: Type.String(),
  status: Type.Union([Type.Literal('ACTIVE'), Type.Literal('DOWN'), Type.Literal('ERROR')]),
  /** Why it is not ACTIVE, for a person. */
  reason: Type.Optional(Type.String()),
});
export type ObjectStatus = Static<typeof ObjectStatus>;

export const Report = Type.Object({
  type: Type.Literal('report'),
  /** The generation that the host has applied and verified. */
  generation: Type.Integer(),
  /** Only what changed since the last report; everything after a `hello`. */
  ports: Type.Array(ObjectStatus),
  routers: Type.Array(ObjectStatus),
  floatingIps: Type.Array(ObjectStatus),
});
export type Report = Static<typeof Report>;

/** Sent every `heartbeatSeconds`, so that a silent connection is known as dead. */
export const Alive = Type.Object({ type: Type.Literal('alive') });

/** Answer to `observe`: the state read back from the host at this moment, a `HostState`, or why it could not be read. */
export const Observed = Type.Object({
  type: Type.Literal('observed'),
  requestId: Type.String(),
  state: Type.Unknown(),
  error: Type.Optional(Type.String()),
});

export const FromAgent = Type.Union([Hello, Report, Alive, Observed]);
export type FromAgent = Static<typeof FromAgent>;

export const Sync = Type.Object({
  type: Type.Literal('sync'),
  /** Changes when generations of another life of the database no longer compare. */
  epoch: Type.String(),
  generation: Type.Integer(),
  /** True: the objects are everything; what the agent has beside them is gone. */
  full: Type.Boolean(),
  /** `SharedObject`s. */
  set: Type.Array(Type.Object({ kind: Type.String(), value: Type.Unknown() })),
  remove: Type.Array(Type.Object({ kind: Type.String(), id: Type.String() })),
});
export type Sync = Static<typeof Sync>;

export const Observe = Type.Object({ type: Type.Literal('observe'), requestId: Type.String() });

export const ToAgent = Type.Union([Sync, Observe]);
export type ToAgent = Static<typeof ToAgent>;
