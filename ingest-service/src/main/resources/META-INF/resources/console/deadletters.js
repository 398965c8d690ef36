// Rows of the source that have no place in the lake and are set aside: which, why, and what to do.

import { ask } from './api.js';
import { el, KeyedList, setText, show } from './dom.js';
import { count, plural, time } from './format.js';
import { button, panel } from './parts.js';

const SHOWN_FIRST = 20;
const SHOWN_MOST = 1000;
/** The lake is read for the answer, so not for every cut of a busy pipeline. */
const MOST_OFTEN = 4000;
/** One that stands still may be about to start. */
const NOT_YET = 1500;

/** The dead letters of one pipeline; hidden while there are none. */
export class DeadLettersPanel {
  constructor(name) {
    this.name = name;
    this.limit = SHOWN_FIRST;
    this.summary = el('p', { class: 'result', id: 'dead-letters-open' });
    this.list = el('ul', { class: 'letters', 'aria-label': 'Rows that are set aside' });
    this.rows = new KeyedList(this.list, (letter) => new LetterRow(letter));
    this.more = button('Show more', () => this.showMore(), { class: 'quiet' });
    this.failure = el('p', { class: 'bad-text', hidden: true });
    this.element = panel('Dead letters', this.summary,
        el('p', { class: 'hint' }, 'What to do: correct these rows at the source, and the change brings them to the lake; or'
            + ' change the projection or the filter in the pipeline’s file, and read the table anew.'),
        this.failure, this.list, this.more);
    this.element.classList.add('notice', 'warn');
    this.element.id = 'dead-letters';
    this.element.querySelector('h2').tabIndex = -1;
    this.timer = 0;
    this.asked = 0;
    this.told = null;
    show(this.element, false);
  }

  /** The status was asked: the lake is read again when it tells of other numbers. */
  update({ state, tables }) {
    if (state === 'STARTING' || state === 'RETRYING') {
      // The pipeline opens its lake now; some catalogs take one at a time.
      clearTimeout(this.timer);
      this.told = null;
      return;
    }
    const told = tables.map((table) => `${table.source} ${table.setAside}`).join();
    if (told !== this.told) {
      this.told = told;
      this.soon(state === 'STOPPED' ? NOT_YET : 0);
    }
  }

  happened(event) {
    // A row that is refused again for another reason changes no number.
    if (event.type === 'RowsSetAside') {
      this.soon();
    }
  }

  /** To the heading, which says to a screen reader where one is. */
  focus() {
    this.element.querySelector('h2').focus();
    this.element.scrollIntoView({ block: 'start' });
  }

  soon(after = 0) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), Math.max(after, this.asked + MOST_OFTEN - Date.now()));
  }

  showMore() {
    const seen = this.list.childElementCount;
    this.limit = SHOWN_MOST;
    this.refresh().then(() => this.list.children[seen]?.focus());
  }

  async refresh() {
    this.asked = Date.now();
    try {
      const answer = await ask('deadLetters', { path: { name: this.name }, query: { limit: this.limit } });
      this.render(answer);
      show(this.failure, false);
    } catch (e) {
      // What was seen stays; nothing was seen yet: there is nothing to say here.
      setText(this.failure, e.message);
      show(this.failure, true);
    }
  }

  render({ open, deadLetters }) {
    setText(this.summary, `${plural(open, 'row')} of the source ${open === 1 ? 'is' : 'are'} set aside: the lake is level`
        + ` without ${open === 1 ? 'it' : 'them'}.`);
    this.rows.render(deadLetters, (letter) => `${letter.table} ${letter.key}`);
    const left = Math.min(open, SHOWN_MOST) - deadLetters.length;
    setText(this.more, `Show ${count(left)} more`);
    show(this.more, left > 0);
    show(this.element, open > 0);
  }

  close() {
    clearTimeout(this.timer);
  }
}

/** One row of the source. */
class LetterRow {
  constructor(letter) {
    this.column = el('span');
    this.met = el('span', { class: 'muted' });
    this.reason = el('p', { class: 'reason' });
    this.element = el('li', { tabindex: '-1' },
        el('span', { class: 'name' }, letter.table), el('code', {}, letter.key), this.column, this.met, this.reason);
  }

  update(letter) {
    setText(this.column, letter.column === 'filter' ? 'in the filter' : `in column ${letter.column}`);
    setText(this.met, `${letter.cut === 0 ? 'during the load' : `since cut ${count(letter.cut)}`}, ${time(letter.at)}`);
    setText(this.reason, letter.reason);
  }
}
