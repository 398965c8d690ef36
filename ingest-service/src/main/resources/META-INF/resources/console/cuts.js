// The latest cuts, read from the lake, and a cut on request.

import { ask } from './api.js';
import { toast } from './dialogs.js';
import { el, enable, KeyedList, setText, show } from './dom.js';
import { count, duration, plural, time } from './format.js';
import { button, panel } from './parts.js';

const SHOWN = 12;
/** The lake is read for the answer, so not for every cut of a busy pipeline. */
const MOST_OFTEN = 4000;

/** The cuts of one pipeline. */
export class CutsPanel {
  constructor(name, act) {
    this.name = name;
    this.take = button('Take a cut now', () => this.taken(act), { id: 'take-cut' });
    this.list = el('ol', { class: 'cuts', 'aria-label': 'Latest cuts', reversed: true });
    this.rows = new KeyedList(this.list, (cut) => new CutRow(cut));
    this.none = el('p', { class: 'empty' }, 'No cut yet.');
    this.element = panel('Cuts', el('div', { class: 'buttons' }, this.take), this.none, this.list);
    this.timer = 0;
    this.asked = 0;
    this.refresh();
  }

  async taken(act) {
    const cut = await act.cut();
    if (cut) {
      toast(`Cut ${cut.cut} is published and tagged.`, 'good');
      this.refresh();
    }
  }

  update(possible) {
    enable(this.take, possible);
  }

  happened(event) {
    if (event.type === 'CutPublished' || event.type === 'TablePublished') {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.refresh(), Math.max(0, this.asked + MOST_OFTEN - Date.now()));
    }
  }

  async refresh() {
    this.asked = Date.now();
    try {
      const cuts = await ask('cuts', { path: { name: this.name }, query: { limit: SHOWN } });
      this.rows.render(cuts, (cut) => cut.cut);
      setText(this.none, 'No cut yet.');
      show(this.none, cuts.length === 0);
    } catch (e) {
      setText(this.none, e.message);
      show(this.none, true);
    }
  }

  close() {
    clearTimeout(this.timer);
  }
}

/** One cut. */
class CutRow {
  constructor(cut) {
    this.tag = el('span', { class: 'tag' }, `cut-${cut.cut}`);
    this.what = el('span', { class: 'muted' });
    this.element = el('li', {},
        el('span', { class: 'number' }, `Cut ${count(cut.cut)}`),
        el('span', {}, time(cut.publishedAt)),
        el('code', {}, cut.position), this.what, this.tag);
  }

  update(cut) {
    show(this.tag, cut.tagged);
    this.tag.title = `FOR VERSION AS OF 'cut-${cut.cut}'`;
    setText(this.what, cut.rows === null
        ? plural(cut.tables.length, 'table')
        : cut.rows === 0 ? 'no changes' : `${plural(cut.rows, 'row')}, ${duration(cut.lagSeconds)} old`);
  }
}
