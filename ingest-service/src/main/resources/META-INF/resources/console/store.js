// What the page knows of all pipelines: the light list, polled, with a short history for the curves, and the events.
// Views subscribe; nothing here touches the page.

import { ask } from './api.js';
import { repeat } from './dom.js';
import { EventStream } from './events.js';

const LIST_MILLIS = 2000;
const DEFINITIONS_MILLIS = 15_000;
/** Ten minutes of samples. */
const SAMPLES = 300;
const EVENTS_KEPT = 100;

/** Rates and lag of one pipeline over the last minutes. */
class History {
  constructor() {
    this.samples = [];
    this.marks = [];
  }

  add(at, pipeline) {
    const { rowsRead, changes } = pipeline.totals;
    const sums = { at, read: rowsRead, changes, published: pipeline.rowsPublished };
    const last = this.sums;
    // Asked again at once because something happened: too soon to tell a rate.
    if (last && at - last.at < LIST_MILLIS / 2) {
      return;
    }
    this.sums = sums;
    if (!last) {
      return;
    }
    const seconds = (at - last.at) / 1000;
    // A sum falls when a pipeline is started anew or a table read anew: that is a new beginning, not a negative rate.
    const per = (name) => Math.max(0, sums[name] - last[name]) / seconds;
    this.samples.push({
      at,
      lag: pipeline.lagSeconds,
      read: per('read'),
      changes: per('changes'),
      published: per('published'),
    });
    if (this.samples.length > SAMPLES) {
      this.samples.shift();
    }
  }

  /** The rates of now, smoothed over the last few samples: publishing comes in cuts. */
  rates() {
    const latest = this.samples.slice(-5);
    const mean = (name) => latest.reduce((sum, sample) => sum + sample[name], 0) / Math.max(1, latest.length);
    return { read: this.samples.at(-1)?.read ?? 0, changes: mean('changes'), published: mean('published') };
  }

  mark(at, text) {
    this.marks.push({ at, text });
    this.marks = this.marks.slice(-10);
  }
}

/** All pipelines, and what happens to them. */
export class Store {
  constructor() {
    this.pipelines = [];
    this.definitions = [];
    this.histories = new Map();
    this.events = new Map();
    this.error = null;
    this.loaded = false;
    this.listeners = new Set();
    this.eventListeners = new Set();
  }

  /** Begins to ask. */
  start() {
    this.list = repeat(() => this.refresh(), LIST_MILLIS);
    this.defined = repeat(() => this.refreshDefinitions(), DEFINITIONS_MILLIS);
    this.stream = new EventStream((event) => this.happened(event), () => this.list.now());
  }

  /** Asks at once. */
  hurry() {
    this.list.now();
    this.defined.now();
  }

  /** Asks for everything at once, the events too: there is another token. */
  begin() {
    this.hurry();
    this.stream.again();
  }

  async refresh() {
    try {
      this.pipelines = await ask('pipelines', { query: { tables: 'false' } });
      this.error = null;
      this.loaded = true;
      const at = Date.now();
      const names = new Set();
      for (const pipeline of this.pipelines) {
        names.add(pipeline.name);
        this.history(pipeline.name).add(at, pipeline);
      }
      for (const name of this.histories.keys()) {
        if (!names.has(name)) {
          this.histories.delete(name);
          this.events.delete(name);
        }
      }
    } catch (e) {
      this.error = e;
    }
    this.changed();
  }

  async refreshDefinitions() {
    try {
      this.definitions = await ask('definitions');
      this.changed();
    } catch {
      // The list tells it.
    }
  }

  /** The light status of a pipeline, if there is one. */
  find(name) {
    return this.pipelines.find((pipeline) => pipeline.name === name);
  }

  history(name) {
    if (!this.histories.has(name)) {
      this.histories.set(name, new History());
    }
    return this.histories.get(name);
  }

  /** The latest events of a pipeline, newest first, but for cuts, which are shown on their own. */
  eventsOf(name) {
    return this.events.get(name) ?? [];
  }

  happened(event) {
    event.at = Date.now();
    event.id = this.nextId = (this.nextId ?? 0) + 1;
    if (event.type === 'HandedOver') {
      this.history(event.pipeline).mark(event.at, 'handover');
    }
    if (event.type !== 'CutPublished' && event.type !== 'VerificationProgressed') {
      const events = this.eventsOf(event.pipeline);
      this.events.set(event.pipeline, [event, ...events].slice(0, EVENTS_KEPT));
      this.list.now();
    }
    if (event.type === 'DefinitionChanged') {
      this.defined.now();
    }
    for (const listener of this.eventListeners) {
      listener(event);
    }
  }

  /** Calls after every change; the result ends that. */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Calls for every event; the result ends that. */
  onEvent(listener) {
    this.eventListeners.add(listener);
    return () => this.eventListeners.delete(listener);
  }

  changed() {
    for (const listener of this.listeners) {
      listener();
    }
  }
}
