/** The catalogue of what the identity API refuses, in Keystone's words and form. */
import { STATUS_CODES } from 'node:http';

export class KeystoneError extends Error {
  override readonly name = 'KeystoneError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** `{"error": {"code", "title", "message"}}`. */
export function keystoneErrorBody(
  status: number,
  message: string,
): {
  readonly error: { readonly code: number; readonly title: string; readonly message: string };
} {
  return { error: { code: status, title: STATUS_CODES[status] ?? 'Error', message } };
}

export const unauthorized = (): KeystoneError =>
  new KeystoneError(401, 'The request you have made requires authentication.');

export const forbidden = (action: string): KeystoneError =>
  new KeystoneError(403, `You are not authorized to perform the requested action: identity:${action}.`);

export const notFound = (kind: string, id: string): KeystoneError =>
  new KeystoneError(404, `Could not find ${kind}: ${id}.`);

/** What we ask the configured Keystone, it does not answer. */
export const keystoneUnavailable = (why: string): KeystoneError =>
  new KeystoneError(503, `Keystone cannot be asked: ${why}`);

export const tokenNotFound = (): KeystoneError => new KeystoneError(404, 'Failed to validate token');

export const duplicateName = (kind: string, name: string): KeystoneError =>
  new KeystoneError(409, `Conflict occurred attempting to store ${kind} - Duplicate entry found with name ${name}.`);

export const deletesEnabledDomain = (): KeystoneError =>
  new KeystoneError(403, 'Cannot delete a domain that is enabled, please disable it first.');

export const badRequest = (message: string): KeystoneError => new KeystoneError(400, message);
