// The tables of a pipeline: how far each one is, with the time left.

import { el, enable, KeyedList, setAttribute, setText, show } from './dom.js';
import { bytes, count, duration, follows, phaseOf, plural, progress, rate } from './format.js';
import { Badge, button, panel } from './parts.js';

/** Rates are means over so many samples. */
const SAMPLES = 5;
const FILTER_FROM = 9;
/** So many are shown until all are asked for: a page of hundreds of rows is of use to nobody. */
const SHOWN_FIRST = 20;

/** All tables: what needs somebody or moves comes first. */
export class TablesPanel {
  /**
   * @param act the pipeline's actions
   * @param toLetters leads to the rows that are set aside
   */
  constructor(act, toLetters) {
    this.filter = el('input', { type: 'search', id: 'table-filter', oninput: () => this.render() });
    this.field = el('div', { class: 'field inline' }, el('label', { for: 'table-filter' }, 'Filter tables'), this.filter);
    this.list = el('ul', { class: 'tables-list', 'aria-label': 'Tables' });
    this.rows = new KeyedList(this.list, ({ table }) => new TableRow(act, toLetters, table));
    this.all = button('', () => this.showAll(), { class: 'quiet' });
    this.whole = false;
    this.samples = new Map();
    this.tables = [];
    this.none = el('p', { class: 'empty' });
    this.element = panel('Tables', this.field, this.none, this.list, this.all);
  }

  /** Remembers how far each table was at a time. */
  sample(status, at) {
    for (const table of status.tables) {
      const samples = this.samples.get(table.source) ?? [];
      const last = samples.at(-1);
      if (last && at - last.at < 500) {
        continue;
      }
      if (last && (table.rowsRead < last.read || table.changes < last.changes)) {
        samples.length = 0; // begun anew
      }
      samples.push({ at, read: table.rowsRead, changes: table.changes });
      this.samples.set(table.source, samples.slice(-SAMPLES));
    }
  }

  update(status) {
    this.tables = [...status.tables].sort((one, other) => rank(one) - rank(other) || one.source.localeCompare(other.source));
    this.follows = status.state === 'RUNNING' && follows(status.phase);
    this.render();
  }

  render() {
    const wanted = this.filter.value.trim().toLowerCase();
    const shown = this.tables.filter((table) => `${table.source} ${table.sink}`.toLowerCase().includes(wanted));
    const some = this.whole ? shown : shown.slice(0, SHOWN_FIRST);
    this.rows.render(
        some.map((table) => ({ table, following: this.follows, ...this.rates(table.source) })),
        (item) => item.table.source);
    show(this.field, this.tables.length >= FILTER_FROM);
    setText(this.none, this.tables.length === 0 ? 'Known when the pipeline has connected.' : 'No table matches.');
    show(this.none, shown.length === 0);
    setText(this.all, `Show all ${shown.length} tables`);
    show(this.all, some.length < shown.length);
  }

  showAll() {
    this.whole = true;
    this.render();
    this.list.querySelectorAll('button')[SHOWN_FIRST]?.focus();
  }

  rates(source) {
    const samples = this.samples.get(source) ?? [];
    if (samples.length < 2) {
      return { readRate: 0, changeRate: 0 };
    }
    const [first, last] = [samples[0], samples.at(-1)];
    const seconds = (last.at - first.at) / 1000;
    return { readRate: (last.read - first.read) / seconds, changeRate: (last.changes - first.changes) / seconds };
  }
}

function rank(table) {
  if (table.phase === 'STOPPED' && !table.loading) {
    return 0;
  }
  return (table.loading && table.rowsRead > 0) || table.setAside > 0 ? 1 : 2;
}

/** One table. */
class TableRow {
  constructor(act, toLetters, table) {
    this.badge = new Badge();
    this.sink = el('span', { class: 'sink' });
    this.bar = el('progress', { max: '1', 'aria-label': `Load of ${table.source}` });
    this.amount = el('span', { class: 'amount' });
    this.pace = el('span', { class: 'pace' });
    this.letters = button('', toLetters, { class: 'quiet set-aside', hidden: true });
    this.again = button('Read anew', () => act.resnapshot(table.source), {
      class: 'quiet', 'aria-label': `Read ${table.source} anew`,
    });
    this.element = el('li', {},
        el('div', { class: 'names' }, el('span', { class: 'name' }, table.source), this.sink),
        this.badge.element,
        el('div', { class: 'doing' }, el('div', { class: 'numbers' }, this.amount, this.pace), this.bar, this.letters),
        this.again);
  }

  update({ table, following, readRate, changeRate }) {
    this.badge.show(phaseOf(table));
    setText(this.sink, `→ ${table.sink}`);
    show(this.bar, table.loading);
    if (table.loading) {
      const { share, left } = progress(table.rowsRead, table.rowsEstimated, readRate);
      setAttribute(this.bar, 'value', share.toFixed(3));
      setText(this.amount, `${Math.floor(share * 100)} % · ${count(table.rowsRead)} of ~${count(table.rowsEstimated)} rows`
          + ` · ${bytes(table.bytesRead)}`);
      setText(this.pace, readRate < 1 ? '' : rate(readRate) + (left === null ? '' : ` · ${duration(left)} left`));
    } else {
      setText(this.amount, table.rowsRead > 0 ? `${count(table.rowsRead)} rows loaded` : '');
      setText(this.pace, table.phase === 'STOPPED' ? '' : plural(table.changes, 'change')
          + (changeRate >= 0.1 ? ` · ${rate(changeRate, '/s')}` : ''));
    }
    setText(this.letters, `${plural(table.setAside, 'row')} set aside`);
    show(this.letters, table.setAside > 0);
    // The pipeline decides; this only keeps the button from asking for what can only be refused.
    enable(this.again, following && !table.loading);
  }
}
