// The service's events. Read by fetch and not by EventSource, which cannot send a token.

import { open } from './api.js';

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

/**
 * Reads all pipelines' events for as long as the page lives, and begins again when the connection ends.
 *
 * @param onEvent is given each event
 * @param onOpen is told of each new connection: events before it may be missing
 */
export async function follow(onEvent, onOpen) {
  let pause = FIRST_PAUSE;
  for (;;) {
    try {
      const body = await open('events');
      onOpen();
      pause = FIRST_PAUSE;
      await read(body, onEvent);
    } catch {
      // The pollers tell whether the service is there; here it is only tried again.
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(LONGEST_PAUSE, pause * 2);
  }
}

/** Reads the text/event-stream format as far as the service uses it: data lines, and an empty line after each event. */
async function read(body, onEvent) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let data = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    const lines = (rest + value).split(/\r?\n/);
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith('data:')) {
        data.push(line.slice(5));
      } else if (line === '' && data.length > 0) {
        onEvent(JSON.parse(data.join('\n')));
        data = [];
      }
    }
  }
}
