/** Body of `POST /v3/auth/tokens`. */
import { type Static, Type } from 'typebox';

const DomainReference = Type.Object({ id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) });
export type DomainReference = Static<typeof DomainReference>;

/** A user or a project: by id, or by a name in a domain. */
const Reference = Type.Object({
  id: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  domain: Type.Optional(DomainReference),
});
export type Reference = Static<typeof Reference>;

export const AuthRequest = Type.Object({
  auth: Type.Object({
    identity: Type.Object({
      methods: Type.Array(Type.String(), { minItems: 1 }),
      password: Type.Optional(
        Type.Object({ user: Type.Intersect([Reference, Type.Object({ password: Type.String() })]) }),
      ),
      token: Type.Optional(Type.Object({ id: Type.String() })),
      application_credential: Type.Optional(
        Type.Object({
          id: Type.Optional(Type.String()),
          name: Type.Optional(Type.String()),
          user: Type.Optional(Reference),
          secret: Type.String(),
        }),
      ),
    }),
    scope: Type.Optional(
      Type.Union([
        Type.Literal('unscoped'),
        Type.Object({
          project: Type.Optional(Reference),
          domain: Type.Optional(DomainReference),
          system: Type.Optional(Type.Object({ all: Type.Optional(Type.Boolean()) })),
          unscoped: Type.Optional(Type.Unknown()),
        }),
      ]),
    ),
  }),
});
export type AuthRequest = Static<typeof AuthRequest>;
