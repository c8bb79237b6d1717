import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator } from '../identity/authenticator.ts';
import { keystoneErrorBody } from '../identity/keystone-error.ts';

/** Answers with an error in the form of Tapline's own operations, which is Keystone's. */
export function refuse(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send(keystoneErrorBody(status, message));
}

/** A hook that lets only administrators pass: what hosts show concerns every project. */
export function adminGuard(identity: Authenticator) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const token = request.headers['x-auth-token'];
    const caller = typeof token === 'string' ? await identity.authenticate(token) : null;
    if (caller === null) refuse(reply, 401, 'The request you have made requires authentication.');
    else if (!caller.isAdmin) refuse(reply, 403, 'Only administrators may look at hosts.');
  };
}
