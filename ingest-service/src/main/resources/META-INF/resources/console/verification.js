// The comparison of source and lake: its progress, what it found, and the repair.

import { ask } from './api.js';
import { el, KeyedList, setAttribute, setText, show } from './dom.js';
import { count, plural, time } from './format.js';
import { Badge, button, panel } from './parts.js';

const WHILE_RUNNING = 1000;

const VERDICTS = {
  SAME: { text: 'Same', tone: 'good' },
  DIFFERENT: { text: 'Different', tone: 'bad' },
  UNDECIDED: { text: 'Undecided', tone: 'warn' },
  NOT_COMPARED: { text: 'Not compared', tone: 'warn' },
};

const RESULTS = {
  SAME: 'Source and lake agree, value by value.',
  DIFFERENT: 'Some rows of the lake are wrong for certain. A repair reads them again at the source.',
  UNDECIDED: 'No difference is proven, but not everything could be compared.',
};

/** The verification of one pipeline. */
export class VerificationPanel {
  constructor(name, act) {
    this.name = name;
    this.begin = button('Verify', () => act.verify().then(() => this.refresh()), { id: 'verify' });
    this.repair = button('Repair', () => act.repair().then(() => this.refresh()), { id: 'repair' });
    this.cancel = button('Give up', () => act.cancelVerification().then(() => this.refresh()));
    this.step = el('p');
    this.bar = el('progress', { max: '1', 'aria-label': 'Verification' });
    this.verdict = new Badge();
    this.result = el('p', { class: 'result' });
    this.when = el('p', { class: 'muted' });
    this.list = el('ul', { class: 'verified', 'aria-label': 'Verified tables' });
    this.rows = new KeyedList(this.list, () => new VerifiedTable());
    this.element = panel('Verification',
        el('div', { class: 'buttons' }, this.begin, this.repair, this.cancel),
        this.step, this.bar, el('div', { class: 'verdict' }, this.verdict.element, this.result), this.when, this.list);
    this.element.id = 'verification';
    this.timer = 0;
    this.render(null);
    this.refresh();
  }

  update() {}

  happened(event) {
    if (event.type.startsWith('Verification')) {
      this.refresh();
    }
  }

  async refresh() {
    clearTimeout(this.timer);
    let status = null;
    try {
      status = await ask('verification', { path: { name: this.name } });
    } catch (e) {
      // 404: none was begun yet.
      if (e.status !== 404) {
        setText(this.step, e.message);
        show(this.step, true);
        return;
      }
    }
    this.render(status);
    if (status?.state === 'RUNNING' && !this.closed) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.refresh(), WHILE_RUNNING);
    }
  }

  render(status) {
    const running = status?.state === 'RUNNING';
    const told = status !== null && !running;
    show(this.begin, !running);
    show(this.repair, told && status.verdict === 'DIFFERENT');
    show(this.cancel, running);
    show(this.bar, running);
    show(this.step, running || status === null);
    show(this.when, told);
    show(this.verdict.element, told);
    setText(this.result, told ? result(status) : '');
    if (status === null) {
      setText(this.step, 'Not verified in this process yet. Source and lake are compared value by value, also while both'
          + ' change.');
      this.rows.render([], () => '');
      return;
    }
    setText(this.step, `${status.repair ? 'Repair' : 'Verification'}: ${status.step}`
        + ` (${status.tablesDone} of ${plural(status.tablesTotal, 'table')})`);
    setAttribute(this.bar, 'value', status.tablesDone / Math.max(1, status.tablesTotal));
    this.verdict.show(verdict(status));
    setText(this.when, status.endedAt === null ? '' : `${status.repair ? 'Repaired' : 'Verified'} ${time(status.endedAt)}`
        + (status.lakePosition ? `, lake at ${status.lakePosition}` : ''));
    this.rows.render(status.tables, (table) => table.source);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
  }
}

function verdict(status) {
  if (status.verdict !== null) {
    return VERDICTS[status.verdict];
  }
  return status.state === 'CANCELLED' ? { text: 'Given up', tone: 'idle' } : { text: 'Failed', tone: 'bad' };
}

function result(status) {
  if (status.error !== null) {
    return `${status.error.message} What to do: ${status.error.hint}`;
  }
  return RESULTS[status.verdict] ?? 'It was given up before its end.';
}

/** What was found of one table. */
class VerifiedTable {
  constructor() {
    this.badge = new Badge();
    this.name = el('span', { class: 'name' });
    this.counts = el('span', { class: 'muted' });
    this.reason = el('p', { class: 'reason' });
    this.examples = el('ul', { class: 'examples' });
    this.more = el('details', {}, el('summary', {}, 'The first differing rows'), this.examples);
    this.element = el('li', {}, this.name, this.badge.element, this.counts, this.reason, this.more);
  }

  update(table) {
    setText(this.name, table.source);
    this.badge.show(VERDICTS[table.verdict]);
    setText(this.counts, counts(table));
    setText(this.reason, table.reason ?? '');
    show(this.reason, table.reason !== null);
    show(this.more, table.examples.length > 0);
    this.examples.replaceChildren(...table.examples.map((example) => el('li', {}, example)));
  }
}

function counts(table) {
  const parts = [`${count(table.sourceRows)} rows at the source, ${count(table.lakeRows)} in the lake`];
  for (const name of ['missing', 'surplus', 'different', 'undecided']) {
    if (table[name] > 0) {
      parts.push(`${count(table[name])} ${name}`);
    }
  }
  if (table.setAside > 0) {
    parts.push(`${count(table.setAside)} set aside`);
  }
  return table.verdict === 'NOT_COMPARED' ? '' : parts.join(', ');
}
