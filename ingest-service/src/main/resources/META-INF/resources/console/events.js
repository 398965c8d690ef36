// The service's events. Read by fetch and not by EventSource, which cannot send a token.

import { open } from './api.js';

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

/** All pipelines' events for as long as the page lives; begun again when the connection ends. */
export class EventStream {
  /**
   * @param onEvent is given each event
   * @param onOpen is told of each new connection: events before it may be missing
   */
  constructor(onEvent, onOpen) {
    this.onEvent = onEvent;
    this.onOpen = onOpen;
    this.run();
  }

  /** Begins again at once, with the token that there is now. */
  again() {
    this.connection.abort();
    this.goOn();
    this.pause = FIRST_PAUSE;
  }

  async run() {
    this.pause = FIRST_PAUSE;
    for (;;) {
      this.connection = new AbortController();
      const waiting = new Promise((resolve) => {
        this.goOn = resolve;
      });
      try {
        const body = await open('events', this.connection.signal);
        this.onOpen();
        this.pause = FIRST_PAUSE;
        await read(body, this.onEvent);
      } catch {
        // The pollers tell whether the service is there; here it is only tried again.
      }
      setTimeout(this.goOn, this.pause);
      await waiting;
      this.pause = Math.min(LONGEST_PAUSE, this.pause * 2);
    }
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
