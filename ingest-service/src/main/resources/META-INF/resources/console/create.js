// A new pipeline: its YAML, then the plan of a dry run, then the pipeline.

import { ask } from './api.js';
import { confirmed, toast } from './dialogs.js';
import { el, setText, show } from './dom.js';
import { problemText } from './format.js';
import { button, panel } from './parts.js';
import { planParts } from './plan.js';

/** The view of #/new. */
export class CreateView {
  constructor(store) {
    this.store = store;
    this.title = 'New pipeline';
    this.route = 'new';
    this.text = el('textarea', {
      id: 'yaml', rows: '16', spellcheck: 'false', autocapitalize: 'off', wrap: 'off', 'aria-describedby': 'yaml-help',
      oninput: () => this.edited(),
    });
    this.file = el('input', { type: 'file', id: 'file', accept: '.yaml,.yml', onchange: () => this.take() });
    this.check = button('Show the plan', () => this.plan(), { class: 'primary', id: 'dry-run' });
    this.status = el('p', { role: 'status', class: 'muted' });
    this.problems = el('ul', { class: 'plain problems' });
    this.problemPanel = panel('What stands in the way', this.problems);
    this.problemPanel.classList.add('notice', 'bad');
    this.planPlace = el('div', { class: 'parts', id: 'plan' });
    this.create = button('Create and start', () => this.make('true'), { class: 'primary', id: 'create' });
    this.keep = button('Create, start later', () => this.make('false'));
    this.last = el('div', { class: 'buttons' }, this.create, this.keep);
    this.element = el('div', { class: 'view' },
        el('p', { class: 'back' }, el('a', { href: '#/' }, '← All pipelines')),
        el('div', { class: 'heading' }, el('h1', { tabindex: '-1' }, 'New pipeline')),
        el('div', { class: 'panel' },
            el('div', { class: 'field' }, el('label', { for: 'yaml' }, 'Definition (YAML)'), this.text),
            el('p', { class: 'muted', id: 'yaml-help' }, 'Write secrets as ${NAME}, an environment variable of the'
                + ' service. The plan connects to the source and changes nothing.'),
            el('div', { class: 'field inline' }, el('label', { for: 'file' }, 'From a file'), this.file),
            el('div', { class: 'buttons' }, this.check), this.status),
        this.problemPanel, this.planPlace, this.last);
    this.edited();
  }

  update() {}

  close() {}

  /** Another text: the plan is no longer that of the text. */
  edited() {
    show(this.problemPanel, false);
    this.planPlace.replaceChildren();
    show(this.last, false);
    setText(this.status, '');
    this.check.disabled = this.text.value.trim() === '';
  }

  async take() {
    const [file] = this.file.files;
    if (file) {
      this.text.value = await file.text();
      this.edited();
    }
  }

  async plan() {
    const body = this.text.value;
    setText(this.status, 'Connecting to the source …');
    this.check.disabled = true;
    try {
      const plan = await ask('create', { query: { dryRun: 'true' }, body });
      if (body !== this.text.value) {
        return;
      }
      setText(this.status, plan.canRun ? 'It can run.' : 'It cannot run yet.');
      this.planPlace.replaceChildren(...planParts(plan));
      show(this.problemPanel, false);
      show(this.last, plan.canRun);
      this.name = plan.pipeline;
      this.planPlace.querySelector('h2')?.focus();
    } catch (e) {
      this.refused(e);
    } finally {
      this.check.disabled = false;
    }
  }

  refused(e) {
    setText(this.status, 'The definition is refused.');
    this.planPlace.replaceChildren();
    show(this.last, false);
    const texts = e.problem?.errors?.map(problemText) ?? [e.message];
    this.problems.replaceChildren(...texts.map((text) => el('li', {}, text)));
    show(this.problemPanel, true);
  }

  async make(start) {
    const question = {
      title: `Create ${this.name}?`,
      text: start === 'true'
        ? 'It makes a replication slot at the source, loads every table into the lake, and then follows the changes.'
        : 'It is kept by the service and does nothing until it is started.',
      yes: 'Create',
    };
    if (!(await confirmed(question))) {
      return;
    }
    try {
      const made = await ask('create', { query: { start }, body: this.text.value });
      toast(`Pipeline ${made.name} is created.`, 'good');
      this.store.hurry();
      location.hash = `#/pipelines/${encodeURIComponent(made.name)}`;
    } catch (e) {
      this.refused(e);
    }
  }
}
