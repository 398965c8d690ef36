// One pipeline, with everything about it.

import { actions } from './actions.js';
import { ask } from './api.js';
import { Chart } from './charts.js';
import { CutsPanel } from './cuts.js';
import { DeadLettersPanel } from './deadletters.js';
import { el, KeyedList, repeat, setText, show } from './dom.js';
import { Flow } from './flow.js';
import { count, duration, follows, lag, plural, problemText, rate, stateOf, time } from './format.js';
import { Journal } from './journal.js';
import { Badge, button, Fact, panel } from './parts.js';
import { Steps } from './steps.js';
import { TablesPanel } from './tables.js';
import { VerificationPanel } from './verification.js';

const STATUS_MILLIS = 1000;

/** The view of #/pipelines/NAME. */
export class DetailView {
  constructor(store, name) {
    this.store = store;
    this.name = name;
    this.title = name;
    this.route = 'detail';
    this.status = null;
    this.do = actions(name, () => this.poller.now());
    this.badge = new Badge();
    this.origin = el('p', { class: 'muted origin' });
    this.message = el('p', { class: 'empty' }, 'Asking the service …');
    this.failure = new FailureNotice();
    this.stopped = new StoppedNotice(this.do);
    this.flow = new Flow();
    this.flowPlace = el('div', { class: 'flow-place' }, this.flow.element);
    this.steps = new Steps();
    this.facts = {
      cut: new Fact('Cut'), position: new Fact('Position'), lag: new Fact('Lag'), rate: new Fact('Published'),
      epoch: new Fact('Epoch'), since: new Fact('Started'),
    };
    this.lagChart = new Chart('Lag', duration);
    this.rateChart = new Chart('Throughput', (value) => rate(value));
    this.letters = new DeadLettersPanel(name);
    this.tables = new TablesPanel(this.do, () => this.letters.focus());
    this.cuts = new CutsPanel(name, this.do);
    this.verification = new VerificationPanel(name, this.do);
    this.journal = new Journal(store, name);
    this.body = el('div', { class: 'parts', hidden: true },
        this.failure.element, this.stopped.element,
        panel('Way of the data', this.steps.element, this.flowPlace,
            el('dl', { class: 'facts' }, ...Object.values(this.facts).map((fact) => fact.element))),
        panel('Last minutes', el('div', { class: 'charts' }, this.lagChart.element, this.rateChart.element)),
        this.tables.element, this.letters.element, this.cuts.element, this.verification.element, this.journal.element);
    this.element = el('div', { class: 'view' },
        el('p', { class: 'back' }, el('a', { href: '#/' }, '← All pipelines')),
        el('div', { class: 'heading' },
            el('h1', { tabindex: '-1' }, name), this.badge.element, this.controls()),
        this.origin, this.message, this.body);
    this.flow.watch(this.flowPlace);
    this.poller = repeat(() => this.poll(), STATUS_MILLIS);
    this.unwatch = store.onEvent((event) => this.happened(event));
  }

  controls() {
    this.buttons = {
      start: button('Start', () => this.do.start(), { class: 'primary' }),
      pause: button('Pause', () => this.do.pause()),
      resume: button('Resume', () => this.do.resume(), { class: 'primary' }),
      stop: button('Stop', () => this.do.stop()),
    };
    return el('div', { class: 'buttons', role: 'group', 'aria-label': 'Actions' }, ...Object.values(this.buttons));
  }

  async poll() {
    try {
      this.status = await ask('pipeline', { path: { name: this.name } });
      this.tables.sample(this.status, Date.now());
      show(this.message, false);
      show(this.body, true);
      this.render();
    } catch (e) {
      setText(this.message, e.status === 404 ? `There is no pipeline “${this.name}”; it may have been removed.` : e.message);
      show(this.message, true);
      show(this.body, e.status === 0 && this.status !== null);
    }
  }

  happened(event) {
    if (event.pipeline !== this.name) {
      return;
    }
    this.cuts.happened(event);
    this.letters.happened(event);
    this.verification.happened(event);
    this.poller.now();
  }

  /** The list was asked again: the curves go on. */
  update() {
    const history = this.store.history(this.name);
    this.lagChart.show(history.samples.map((sample) => [sample.at, sample.lag]), history.marks);
    this.rateChart.show(history.samples.map((sample) => [sample.at, sample.read + sample.published]), history.marks);
    this.journal.update();
    const definition = this.store.definitions.find((one) => one.pipeline === this.name);
    const refused = this.store.definitions.find((one) => one.problems.length > 0 && one.place === definition?.place);
    setText(this.origin, origin(definition, refused));
    this.origin.classList.toggle('bad-text', refused !== undefined);
  }

  render() {
    const { status } = this;
    const { state, phase } = status;
    const rates = this.store.history(this.name).rates();
    this.badge.show(stateOf(status));
    const idle = state === 'STOPPED' || state === 'FAILED';
    show(this.buttons.resume, state === 'PAUSED');
    show(this.buttons.pause, state === 'RUNNING' || state === 'STARTING');
    show(this.buttons.start, idle);
    show(this.buttons.stop, !idle);
    this.buttons.stop.disabled = state === 'STOPPING';
    this.failure.update(status);
    this.stopped.update(status);
    this.steps.update(status, this.store.eventsOf(this.name).find((event) => event.type === 'HandedOver'));
    this.flow.update(status, rates);
    this.facts.cut.show(status.cut === 0 ? 'none yet' : count(status.cut));
    this.facts.position.show(status.position ?? 'none yet');
    this.facts.lag.show(lag(status));
    this.facts.rate.show(plural(status.rowsPublished, 'row'));
    this.facts.epoch.show(status.epoch === 0 ? '–' : status.epoch);
    this.facts.since.show(status.startedAt === null ? '–' : time(status.startedAt));
    this.tables.update(status);
    this.letters.update(status);
    this.cuts.update(state === 'RUNNING' && follows(phase));
    this.verification.update();
  }

  close() {
    this.poller.stop();
    this.unwatch();
    this.flow.close();
    this.cuts.close();
    this.letters.close();
    this.verification.close();
  }
}

function origin(definition, refused) {
  if (refused) {
    return `${refused.place} is not followed at present: ${refused.problems.map(problemText).join('; ')}`;
  }
  if (!definition) {
    return '';
  }
  return definition.origin === 'FILE' ? `Defined in ${definition.place}` : 'Defined by the API';
}

/** The last failure and what to do about it. */
class FailureNotice {
  constructor() {
    this.title = el('h2', { id: 'failure' });
    this.text = el('p');
    this.hint = el('p', { class: 'hint' });
    this.at = el('p', { class: 'muted' });
    this.element = el('section', { class: 'panel notice bad', 'aria-labelledby': 'failure', hidden: true },
        this.title, this.text, this.hint, this.at);
  }

  update({ state, error }) {
    const told = error !== null && state !== 'RUNNING' && state !== 'PAUSED';
    if (told) {
      const kind = error.kind.toLowerCase().replace(/_/g, ' ');
      setText(this.title, state === 'FAILED' ? `Failed: ${kind}` : `Trying again: ${kind}`);
      setText(this.text, error.message);
      setText(this.hint, `What to do: ${error.hint}`);
      setText(this.at, time(error.at));
    }
    show(this.element, told);
  }
}

/** Tables that were left behind, with why, and the way back. */
class StoppedNotice {
  constructor(act) {
    this.list = el('ul', { class: 'plain' });
    this.title = el('h2', { id: 'stopped-tables' });
    this.rows = new KeyedList(this.list, (table) => {
      const reason = el('p');
      const again = button('Read anew', () => act.resnapshot(table.source), {
        'data-resnapshot': table.source, 'aria-label': `Read ${table.source} anew`,
      });
      return {
        element: el('li', { class: 'stopped' }, el('div', {}, el('h3', {}, table.source), reason), again),
        update: (now) => setText(reason, now.detail ?? 'No reason was given.'),
      };
    });
    this.element = el('section', { class: 'panel notice bad', 'aria-labelledby': 'stopped-tables', hidden: true },
        this.title,
        el('p', { class: 'hint' }, 'Readers keep these tables as of their last cut; the others go on. Reading one anew'
            + ' brings it back, with the schema that it has now.'),
        this.list);
  }

  update({ tables }) {
    const stopped = tables.filter((table) => table.phase === 'STOPPED' && !table.loading);
    setText(this.title, `${plural(stopped.length, 'table')} stopped`);
    this.rows.render(stopped, (table) => table.source);
    show(this.element, stopped.length > 0);
  }
}
