/**
 * An error of the API. The catalogue in this folder makes all of them: Neutron's exception name, its message, the status.
 */

/** An expected failure of a request, answered as `{"NeutronError": {type, message, detail}}`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly type: string;
  readonly status: number;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

export const badRequest = (message: string): ApiError => new ApiError(400, 'HTTPBadRequest', message);
export const conflict = (type: string, message: string): ApiError => new ApiError(409, type, message);
export const missing = (type: string, message: string): ApiError => new ApiError(404, type, message);
export const wrong = (type: string, message: string): ApiError => new ApiError(400, type, message);
