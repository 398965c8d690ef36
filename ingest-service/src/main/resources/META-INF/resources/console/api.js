// Requests to the service. Every path that the console uses stands in this file.

const TOKEN = 'sluice.token';

/** What the API can be asked; the parts in braces are filled in. A test holds this list against the API's description. */
const REQUESTS = {
  pipelines: 'GET /api/v1/pipelines',
  create: 'POST /api/v1/pipelines',
  pipeline: 'GET /api/v1/pipelines/{name}',
  events: 'GET /api/v1/events',
  definitions: 'GET /api/v1/definitions',
  start: 'POST /api/v1/pipelines/{name}/start',
  stop: 'POST /api/v1/pipelines/{name}/stop',
  pause: 'POST /api/v1/pipelines/{name}/pause',
  resume: 'POST /api/v1/pipelines/{name}/resume',
  cuts: 'GET /api/v1/pipelines/{name}/cuts',
  cut: 'POST /api/v1/pipelines/{name}/cuts',
  deadLetters: 'GET /api/v1/pipelines/{name}/dead-letters',
  resnapshot: 'POST /api/v1/pipelines/{name}/tables/{table}/resnapshot',
  verification: 'GET /api/v1/pipelines/{name}/verify',
  verify: 'POST /api/v1/pipelines/{name}/verify',
  cancelVerification: 'DELETE /api/v1/pipelines/{name}/verify',
};

/** An answer that is not a good one; `problem` is its problem document, where there is one. */
export class ApiError extends Error {
  constructor(status, message, problem = {}) {
    super(message);
    this.status = status;
    this.problem = problem;
  }
}

/** The bearer token of this tab; empty for none. */
export function token() {
  return sessionStorage.getItem(TOKEN) ?? '';
}

/** Keeps a token for this tab; an empty one forgets it. */
export function keepToken(value) {
  if (value) {
    sessionStorage.setItem(TOKEN, value);
  } else {
    sessionStorage.removeItem(TOKEN);
  }
}

/**
 * Asks and gives the JSON of the answer.
 *
 * @param request a name of the list above
 * @param options path (the parts in braces), query, body (YAML)
 */
export async function ask(request, options = {}) {
  const answer = await send(request, options, 'application/json');
  return answer.status === 204 ? null : answer.json();
}

/** Opens an answer that goes on, as a stream of bytes. */
export async function open(request, signal) {
  const answer = await send(request, { signal }, 'text/event-stream');
  return answer.body;
}

async function send(request, { path = {}, query = {}, body, signal }, accept) {
  const [method, template] = REQUESTS[request].split(' ');
  const url = template.replace(/\{(\w+)\}/g, (_, part) => encodeURIComponent(path[part]));
  const search = new URLSearchParams(query).toString();
  const headers = { Accept: accept };
  if (token()) {
    headers.Authorization = `Bearer ${token()}`;
  }
  if (body !== undefined) {
    headers['Content-Type'] = 'application/yaml';
  }
  let answer;
  try {
    answer = await fetch(search ? `${url}?${search}` : url, { method, headers, body, signal, cache: 'no-store' });
  } catch (e) {
    throw new ApiError(0, `The service does not answer (${e.message}).`);
  }
  if (answer.ok) {
    return answer;
  }
  throw await refusal(answer);
}

async function refusal(answer) {
  if (answer.status === 401 || answer.status === 403) {
    return new ApiError(answer.status, 'The service asks for a token that may do this: set one with “Token” above.');
  }
  try {
    const problem = await answer.json();
    return new ApiError(answer.status, problem.detail ?? problem.title, problem);
  } catch {
    return new ApiError(answer.status, `The service answered ${answer.status} ${answer.statusText}.`);
  }
}
