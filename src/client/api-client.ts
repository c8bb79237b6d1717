/** Asking the API as a user does: a Keystone v3 token by password, the catalogue, JSON. */

export interface Credentials {
  /** Such as `http://127.0.0.1:9696/identity/v3`. */
  readonly authUrl: string;
  readonly username: string;
  readonly password: string;
  readonly projectName: string;
  readonly userDomainName: string;
  readonly projectDomainName: string;
}

/** An answer of 400 or above, in the words of the server (`NeutronError`, or Keystone's `error`). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Neutron's name of the fault, such as `NetworkNotFound`; empty when the server gave none. */
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

type Json = Readonly<Record<string, unknown>>;

export interface Session {
  readonly token: string;
  readonly endpoint: string;
}

export class ApiClient {
  readonly #credentials: Credentials;
  #session: Promise<Session> | undefined;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  /** `GET /v2.0/…`. */
  get(path: string): Promise<Json> {
    return this.request('GET', path);
  }

  /**
   * One request to the network service, `path` from its root, such as `/v2.0/ports` or `/tapline/v1/trace`. Throws `ApiError`
   * for an answer of 400 or above. A token that has expired is renewed once.
   */
  async request(method: string, path: string, body?: unknown): Promise<Json> {
    const session = await this.session();
    const answer = await this.#send(session, method, path, body);
    if (answer.status !== 401) return read(answer);
    this.#session = this.#authenticate();
    return read(await this.#send(await this.#session, method, path, body));
  }

  /** The token, and where the network service is, for what asks in its own way. */
  session(): Promise<Session> {
    this.#session ??= this.#authenticate().catch((error: unknown) => {
      this.#session = undefined;
      throw error;
    });
    return this.#session;
  }

  #send(session: Session, method: string, path: string, body: unknown) {
    const url = session.endpoint.replace(/\/+$/, '') + path;
    return send(url, method, { 'X-Auth-Token': session.token }, body);
  }

  async #authenticate(): Promise<Session> {
    const { authUrl, username, password, projectName, userDomainName, projectDomainName } = this.#credentials;
    const answer = await send(
      `${authUrl.replace(/\/+$/, '')}/auth/tokens`,
      'POST',
      {},
      {
        auth: {
          identity: {
            methods: ['password'],
            password: { user: { name: username, domain: { name: userDomainName }, password } },
          },
          scope: { project: { name: projectName, domain: { name: projectDomainName } } },
        },
      },
    );
    const { token } = (await read(answer)) as { readonly token?: { readonly catalog?: readonly CatalogueEntry[] } };
    const subject = answer.headers.get('X-Subject-Token');
    const network = token?.catalog?.find((entry) => entry.type === 'network');
    const endpoint = network?.endpoints.find((one) => one.interface === 'public')?.url;
    if (subject === null || endpoint === undefined) {
      throw new ApiError(answer.status, '', `${authUrl} gave no token with a network service in its catalogue`);
    }
    return { token: subject, endpoint };
  }
}

interface CatalogueEntry {
  readonly type: string;
  readonly endpoints: readonly { readonly interface: string; readonly url: string }[];
}

async function send(url: string, method: string, headers: Readonly<Record<string, string>>, body: unknown) {
  const hasBody = body !== undefined;
  try {
    return await fetch(url, {
      method,
      headers: { Accept: 'application/json', ...(hasBody && { 'Content-Type': 'application/json' }), ...headers },
      ...(hasBody && { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    throw new ApiError(0, '', `cannot reach ${new URL(url).origin}: ${reason}`);
  }
}

async function read(answer: Response): Promise<Json> {
  const text = await answer.text();
  let body: Json = {};
  try {
    body = text === '' ? {} : (JSON.parse(text) as Json);
  } catch {
    if (answer.ok) throw new ApiError(answer.status, '', `not JSON: ${text.slice(0, 200)}`);
  }
  if (answer.ok) return body;
  const fault = (body['NeutronError'] ?? body['error'] ?? {}) as { readonly type?: string; readonly message?: string };
  throw new ApiError(answer.status, fault.type ?? '', fault.message ?? (text.slice(0, 300) || answer.statusText));
}
