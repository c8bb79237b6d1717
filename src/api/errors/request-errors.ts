import { ApiError, badRequest, conflict, missing, wrong } from './api-error.ts';

/** Errors of the engine, the same for every resource. */
export const requestErrors = {
  notFound: () => missing('HTTPNotFound', 'The resource could not be found.'),
  methodNotAllowed: () =>
    new ApiError(
      405,
      'HTTPMethodNotAllowed',
      'The server could not comply with the request since it is either malformed or otherwise incorrect.',
    ),
  malformedBody: () => badRequest('Body contains invalid data'),
  bodyRequired: () => badRequest('Resource body required'),
  resourcesRequired: () => badRequest('Resources required'),
  rootMissing: (name: string) => badRequest(`Unable to find '${name}' in request body`),
  bodyNotObject: (name: string) => badRequest(`Object '${name}' contains invalid data`),
  unrecognized: (names: readonly string[]) => badRequest(`Unrecognized attribute(s) '${names.join(', ')}'`),
  required: (name: string) => badRequest(`Failed to parse request. Required attribute '${name}' not specified`),
  notAllowedInPost: (name: string) => badRequest(`Attribute '${name}' not allowed in POST`),
  readOnly: (name: string) => badRequest(`Cannot update read-only attribute ${name}`),
  invalidAttribute: (name: string, reason: string) => badRequest(`Invalid input for ${name}. Reason: ${reason}.`),
  invalidInput: (message: string) => wrong('InvalidInput', `Invalid input for operation: ${message}.`),
  otherProject: () =>
    badRequest(
      "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin privileges",
    ),
  projectsDiffer: () => badRequest("'project_id' and 'tenant_id' do not match"),
  invalidFilter: (names: readonly string[]) =>
    badRequest(`[${names.map((name) => `'${name}'`).join(', ')}] is invalid attribute for filtering`),
  invalidSortKey: (names: readonly string[]) =>
    badRequest(`[${names.map((name) => `'${name}'`).join(', ')}] is invalid attribute for sort_keys`),
  invalidSortDirection: () => badRequest("sort_dir must be 'asc' or 'desc'"),
  sortLengthsDiffer: () => badRequest('The number of sort_keys and sort_dirs must be same'),
  badLimit: (value: string) =>
    wrong('BadRequest', `Bad limit request: Limit must be an integer 0 or greater and not '${value}'.`),
  badChangedSince: (value: string) =>
    wrong(
      'InvalidInput',
      `Invalid input for operation: The input changed_since must be in the following format: YYYY-MM-DDTHH:MM:SS[+-]ZZZZ, and not ${value}.`,
    ),
  notAuthorized: (rule: string) => new ApiError(403, 'PolicyNotAuthorized', `${rule} is disallowed by policy`),
  overQuota: (resources: readonly string[]) =>
    conflict('OverQuota', `Quota exceeded for resources: [${resources.map((name) => `'${name}'`).join(', ')}].`),
  revisionMismatch: (id: string, wanted: number) =>
    new ApiError(
      412,
      'RevisionNumberConstraintFailed',
      `Constrained to ${wanted}, but current revision of ${id} is different`,
    ),
  badRevision: (value: string) => badRequest(`Bad If-Match header value: ${value}`),
  tagNotFound: (tag: string) => missing('TagNotFound', `Tag ${tag} could not be found.`),
  inUse: () => conflict('InUse', 'The resource is in use.'),
  duplicate: () => conflict('NeutronDbObjectDuplicateEntry', 'Failed to create a duplicate object.'),
  cannotBeKept: () => badRequest('The request has a value that cannot be kept'),
  busy: () =>
    new ApiError(503, 'DatabaseBusy', 'The request met others that change the same objects. Please try again.'),
  unexpected: () =>
    new ApiError(
      500,
      'HTTPInternalServerError',
      'Request Failed: internal server error while processing your request.',
    ),
} as const;
