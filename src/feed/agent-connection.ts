/** One agent's WebSocket: frames out with a bound, questions and answers, and notice of its death. */
import { randomUUID } from 'node:crypto';
import type { Static } from 'typebox';
import { WebSocket } from 'ws';
import type { Observe, Observed } from './messages.ts';

/** Beyond this nothing more is queued: the agent gets everything anew once it reads again. */
const maximumBufferedBytes = 8_388_608;
const pingMs = 10_000;
/** Nothing heard for this long: dead. */
const silenceMs = 30_000;

export interface AgentConnection {
  /** False when the agent reads too slowly, or is gone: the frame was not sent. */
  send(frame: string): boolean;
  /** Whether what was queued has left. */
  drained(): boolean;
  /** The host's state, read back now. Rejects when the agent cannot read it, does not answer in time, or is gone. */
  observe(timeoutMs: number): Promise<unknown>;
  answered(message: Static<typeof Observed>): void;
  close(code: number, reason: string): void;
}

/** Wraps an open socket; `onFrame` gets each text frame. */
export function agentConnection(
  socket: WebSocket,
  on: { readonly frame: (text: string) => void; readonly close: () => void },
): AgentConnection {
  const questions = new Map<string, { resolve(state: unknown): void; reject(error: Error): void }>();
  let heardAt = performance.now();
  const ping = setInterval(() => {
    if (performance.now() - heardAt > silenceMs) socket.terminate();
    else if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, pingMs);
  socket.on('pong', () => {
    heardAt = performance.now();
  });
  socket.on('message', (data, isBinary) => {
    heardAt = performance.now();
    if (isBinary) socket.close(1003, 'text frames only');
    else on.frame(data.toString());
  });
  // Every error is followed by `close`, which is where it is dealt with.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearInterval(ping);
    for (const question of questions.values()) question.reject(new Error('the agent is gone'));
    questions.clear();
    on.close();
  });

  return {
    send: (frame) => {
      if (socket.readyState !== WebSocket.OPEN || socket.bufferedAmount > maximumBufferedBytes) return false;
      socket.send(frame);
      return true;
    },
    drained: () => socket.bufferedAmount === 0,
    observe: (timeoutMs) =>
      new Promise((resolve, reject) => {
        const requestId = randomUUID();
        const settle = (): void => {
          clearTimeout(timer);
          questions.delete(requestId);
        };
        const timer = setTimeout(() => {
          settle();
          reject(new Error(`the agent did not answer within ${timeoutMs} ms`));
        }, timeoutMs);
        questions.set(requestId, {
          resolve: (state) => {
            settle();
            resolve(state);
          },
          reject: (error) => {
            settle();
            reject(error);
          },
        });
        const question: Static<typeof Observe> = { type: 'observe', requestId };
        if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(question));
        else questions.get(requestId)?.reject(new Error('the agent is gone'));
      }),
    answered: (message) => {
      const question = questions.get(message.requestId);
      if (message.error === undefined) question?.resolve(message.state);
      else question?.reject(new Error(message.error));
    },
    close: (code, reason) => socket.close(code, reason),
  };
}
