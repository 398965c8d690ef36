// All pipelines, and definitions that are not followed.

import { sparkline } from './charts.js';
import { el, KeyedList, setAttribute, setText, show } from './dom.js';
import { count, duration, follows, lagPhrase, plural, problemText, progress, rate, stateOf } from './format.js';
import { Badge, panel } from './parts.js';

/** What needs somebody comes first; the rest stays in the order of the names. */
const ORDER = { bad: 0, warn: 1, busy: 2, good: 2, idle: 2 };

/** The view of #/. */
export class ListView {
  constructor(store) {
    this.store = store;
    this.title = 'Sluice';
    this.route = 'list';
    this.filter = el('input', { type: 'search', id: 'filter', placeholder: 'Name or state', oninput: () => this.update() });
    this.filterField = el('div', { class: 'field inline' }, el('label', { for: 'filter' }, 'Filter'), this.filter);
    this.summary = el('p', { class: 'muted', id: 'summary' });
    this.message = el('p', { class: 'empty' });
    this.rowsElement = el('ul', { class: 'pipelines', 'aria-label': 'Pipelines' });
    this.rows = new KeyedList(this.rowsElement, (pipeline) => new PipelineRow(store, pipeline.name));
    this.refusedElement = el('ul', { class: 'plain' });
    this.refused = new KeyedList(this.refusedElement, () => new RefusedFile());
    this.refusedPanel = panel('Files that are not followed', this.refusedElement);
    this.refusedPanel.classList.add('notice', 'bad');
    this.element = el('div', { class: 'view' },
        el('div', { class: 'heading' }, el('h1', { tabindex: '-1' }, 'Pipelines'), this.filterField),
        this.summary, this.refusedPanel, this.message, this.rowsElement);
  }

  update() {
    const { store } = this;
    const wanted = this.filter.value.trim().toLowerCase();
    const shown = store.pipelines
        .filter((one) => `${one.name} ${stateOf(one).text}`.toLowerCase().includes(wanted))
        .sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
    this.rows.render(shown, (pipeline) => pipeline.name);
    show(this.rowsElement, shown.length > 0);
    show(this.filterField, store.pipelines.length > 5);
    setText(this.summary, summary(store.pipelines));
    setText(this.message, this.why(shown));
    show(this.message, this.message.textContent !== '');
    const refused = store.definitions.filter((definition) => definition.problems.length > 0);
    this.refused.render(refused, (definition) => definition.place);
    show(this.refusedPanel, refused.length > 0);
  }

  why(shown) {
    if (this.store.error) {
      return this.store.error.message;
    }
    if (!this.store.loaded) {
      return 'Asking the service …';
    }
    if (this.store.pipelines.length === 0) {
      return 'There is no pipeline yet. “New” makes one from its YAML; a file in a directory that is followed does too.';
    }
    return shown.length === 0 ? 'No pipeline matches.' : '';
  }

  close() {}
}

function rank(pipeline) {
  const rank = ORDER[stateOf(pipeline).tone];
  return pipeline.totals.stopped > 0 || pipeline.totals.setAside > 0 ? Math.min(rank, 1) : rank;
}

function summary(pipelines) {
  if (pipelines.length === 0) {
    return '';
  }
  const tables = pipelines.reduce((sum, one) => sum + one.totals.tables, 0);
  const states = new Map();
  for (const pipeline of pipelines) {
    const { text } = stateOf(pipeline);
    states.set(text, (states.get(text) ?? 0) + 1);
  }
  const parts = [...states].map(([text, number]) => `${number} ${text.toLowerCase()}`);
  return `${plural(pipelines.length, 'pipeline')}, ${plural(tables, 'table')} — ${parts.join(', ')}`;
}

/** One pipeline of the list. */
class PipelineRow {
  constructor(store, name) {
    this.store = store;
    this.badge = new Badge();
    this.what = el('span', { class: 'what' });
    this.bar = el('progress', { max: '1', 'aria-label': `Load of ${name}` });
    this.line = sparkline();
    this.rate = el('span', { class: 'rate' });
    this.cut = el('span', { class: 'cut' });
    this.tables = el('span', { class: 'tables' });
    this.element = el('li', {},
        el('a', { class: 'name', href: `#/pipelines/${encodeURIComponent(name)}` }, name),
        this.badge.element, el('div', { class: 'doing' }, this.what, this.bar), this.line.element, this.rate, this.cut, this.tables);
  }

  update(pipeline) {
    const history = this.store.history(pipeline.name);
    const rates = history.rates();
    const loading = pipeline.state === 'RUNNING' && !follows(pipeline.phase);
    const { totals } = pipeline;
    this.badge.show(stateOf(pipeline));
    const { share, left } = progress(totals.rowsRead, totals.rowsEstimated, rates.read);
    setAttribute(this.bar, 'value', share.toFixed(3));
    show(this.bar, loading);
    setText(this.what, loading ? loadText(share, left) : otherText(pipeline));
    this.what.classList.toggle('bad-text', pipeline.error !== null);
    setText(this.rate, pipeline.state === 'RUNNING' ? rate(loading ? rates.read : rates.published) : '');
    this.line.element.classList.toggle('still', pipeline.state !== 'RUNNING');
    this.line.show(history.samples.slice(-60).map((sample) => (loading ? sample.read : sample.published)));
    setText(this.cut, pipeline.cut === 0 ? 'no cut yet' : `cut ${count(pipeline.cut)}`);
    setText(this.tables, plural(totals.tables, 'table') + (totals.stopped > 0 ? `, ${totals.stopped} stopped` : '')
        + (totals.setAside > 0 ? `, ${plural(totals.setAside, 'row')} set aside` : ''));
    this.tables.classList.toggle('bad-text', totals.stopped > 0);
  }
}

function loadText(share, left) {
  return `${Math.floor(share * 100)} %` + (left === null ? '' : `, ${duration(left)} left`);
}

function otherText(pipeline) {
  if (pipeline.error && pipeline.state !== 'RUNNING') {
    return pipeline.error.kind.toLowerCase().replace(/_/g, ' ');
  }
  return pipeline.state === 'RUNNING' ? lagPhrase(pipeline) : '';
}

/** A file with what is wrong in it. */
class RefusedFile {
  constructor() {
    this.place = el('p', { class: 'place' });
    this.problems = el('ul');
    this.element = el('li', {}, this.place, this.problems);
  }

  update(definition) {
    setText(this.place, definition.place);
    const texts = definition.problems.map(problemText);
    if (this.problems.children.length !== texts.length) {
      this.problems.replaceChildren(...texts.map(() => el('li')));
    }
    texts.forEach((text, index) => setText(this.problems.children[index], text));
  }
}
