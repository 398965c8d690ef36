// What happened to a pipeline while this page was open, but for its cuts, which have their own list.

import { el, KeyedList, show } from './dom.js';
import { count, duration, plural, time } from './format.js';
import { panel } from './parts.js';

const SHOWN = 30;

const SENTENCES = {
  StateChanged: ({ from, to }) => [`${from} → ${to}`, 'idle'],
  TablePublished: ({ sink, rows, position }) => [`${sink} published with ${plural(rows, 'row')} at ${position}`, 'good'],
  HandedOver: ({ position, rows, seconds }) =>
    [`Handed over to the stream at ${position}, after ${count(rows)} rows in ${duration(seconds)}`, 'good'],
  StreamLost: ({ reason }) => [`The stream was lost, tables are loaded anew: ${reason}`, 'warn'],
  LoadBegunAnew: ({ source, reason }) => [`${source} changed while it was loaded and is loaded anew: ${reason}`, 'warn'],
  TableStopped: ({ source, reason }) => [`${source} stopped: ${reason}`, 'bad'],
  RowsSetAside: ({ table, rows, column, reason }) =>
    [`${plural(rows, 'row')} of ${table} set aside, ${column}: ${reason}`, 'warn'],
  VerificationEnded: ({ state, verdict }) =>
    [`Verification ended: ${verdict ?? state}`, verdict === 'SAME' ? 'good' : 'warn'],
  DefinitionChanged: ({ change }) => [`Definition ${change.toLowerCase()}`, 'idle'],
  Failed: ({ kind, message, hint, retryInSeconds }) => [
    `${kind}: ${message} What to do: ${hint}`
        + (retryInSeconds === null ? '' : ` Tried again in ${duration(retryInSeconds)}.`), 'bad'],
};

/** The events of one pipeline. */
export class Journal {
  constructor(store, name) {
    this.store = store;
    this.name = name;
    this.list = el('ol', { class: 'journal', 'aria-label': 'Events' });
    this.rows = new KeyedList(this.list, (event) => ({ element: row(event), update: () => {} }));
    this.none = el('p', { class: 'empty' }, 'Nothing has happened since this page was opened.');
    this.element = panel('Events', this.none, this.list);
  }

  update() {
    const events = this.store.eventsOf(this.name).slice(0, SHOWN);
    this.rows.render(events, (event) => event.id);
    show(this.none, events.length === 0);
  }
}

function row(event) {
  const [text, tone] = SENTENCES[event.type]?.(event.details) ?? [event.type, 'idle'];
  return el('li', {}, el('time', { datetime: new Date(event.at).toISOString() }, time(event.at)),
      el('span', { class: `dot ${tone}` }), el('span', { class: 'text' }, text));
}
