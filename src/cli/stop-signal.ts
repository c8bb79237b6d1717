/** Aborts at the first SIGINT or SIGTERM. Later ones are left unheard, so that cleaning up is not cut short. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => controller.abort());
  return controller.signal;
}
