/** What identity routes share: a checked body, the caller of a request, and the address under which we are reached. */
import type { FastifyRequest } from 'fastify';
import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Identity } from './identity.ts';
import { badRequest, forbidden, unauthorized } from './keystone-error.ts';
import type { Token } from './tokens.ts';

/** `…/:id`. */
export const ById = Type.Object({ id: Type.String() });

/** The value as its schema's type, or a 400 that names what is wrong. */
export function parse<Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> {
  if (Value.Check(schema, value)) return value;
  const [first] = Value.Errors(schema, value);
  const where = first?.instancePath.slice(1).replaceAll('/', '.') || 'body';
  throw badRequest(`Invalid input for field '${where}': ${first?.message ?? 'is not valid'}`);
}

/** A flag or a boolean of a query: Keystone takes everything but a clear no for a yes. */
export function isYes(text: string): boolean {
  return !['false', '0', 'no'].includes(text.toLowerCase());
}

/** `http://address:port` as the client wrote it, or `api.public_url`; no slash at the end. */
export function baseUrl(request: FastifyRequest, identity: Identity): string {
  const { public_url: publicUrl } = identity.config.api;
  return publicUrl === '' ? `${request.protocol}://${request.host}` : publicUrl.replace(/\/+$/, '');
}

/** A list in Keystone's form. */
export function listed(
  request: FastifyRequest,
  identity: Identity,
  collection: string,
  items: readonly unknown[],
): Readonly<Record<string, unknown>> {
  const self = `${baseUrl(request, identity)}${request.url}`;
  return { [collection]: items, links: { next: null, previous: null, self } };
}

/** The token of `X-Auth-Token`; throws 401. */
export async function tokenOf(request: FastifyRequest, identity: Identity): Promise<Token> {
  const secret = request.headers['x-auth-token'];
  const token = typeof secret === 'string' ? await identity.tokens.find(secret) : null;
  if (token === null) throw unauthorized();
  return token;
}

/** Throws 401 without a valid token and 403 when it is not an administrator's. */
export async function requireAdmin(request: FastifyRequest, identity: Identity, action: string): Promise<Token> {
  const token = await tokenOf(request, identity);
  if (!token.caller.isAdmin) throw forbidden(action);
  return token;
}

/** The same for what also the user itself may do. */
export async function requireAdminOr(
  userId: string,
  request: FastifyRequest,
  identity: Identity,
  action: string,
): Promise<Token> {
  const token = await tokenOf(request, identity);
  if (!token.caller.isAdmin && token.caller.userId !== userId) throw forbidden(action);
  return token;
}
