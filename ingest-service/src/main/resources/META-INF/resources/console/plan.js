// The plan of a dry run: what would be read, what would be written, and what stands in the way.

import { el } from './dom.js';
import { bytes, count, plural } from './format.js';
import { Badge, panel } from './parts.js';

/** The parts of the page that show a plan. */
export function planParts(plan) {
  const verdict = new Badge();
  verdict.show(plan.canRun ? { text: 'Can run', tone: 'good' } : { text: 'Cannot run yet', tone: 'bad' });
  const rows = plan.tables.reduce((sum, table) => sum + table.estimatedRows, 0);
  const size = plan.tables.reduce((sum, table) => sum + table.estimatedBytes, 0);
  const head = panel(`Plan of ${plan.pipeline}`,
      el('p', {}, verdict.element),
      el('dl', { class: 'facts' },
          fact('Source', plan.source), fact('Lake', plan.lake),
          fact('Tables', `${plural(plan.tables.length, 'table')}, ~${count(rows)} rows, ${bytes(size)}`)),
      ...list('plain problems', plan.problems.map(problem)),
      ...list('plain muted', plan.notes.map((note) => el('li', {}, note))));
  head.querySelector('h2').setAttribute('tabindex', '-1');
  return [head, panel('Tables of the plan', ...plan.tables.map(table))];
}

/** A list, or nothing where it would be empty. */
function list(name, items) {
  return items.length > 0 ? [el('ul', { class: name }, ...items)] : [];
}

function fact(name, value) {
  return el('div', { class: 'fact' }, el('dt', {}, name), el('dd', {}, value));
}

function problem({ severity, table: of, column, message }) {
  const badge = new Badge();
  badge.show(severity === 'ERROR' ? { text: 'Error', tone: 'bad' } : { text: 'Warning', tone: 'warn' });
  const where = [of, column].filter((part) => part).join('.');
  return el('li', {}, badge.element, ` ${where ? `${where}: ` : ''}${message}`);
}

function table(planned) {
  const size = `~${count(planned.estimatedRows)} rows, ${bytes(planned.estimatedBytes)}`;
  const key = planned.key.length > 0 ? `key ${planned.key.join(', ')}` : 'no key';
  const more = [key, planned.filter && `filter ${planned.filter}`,
    planned.partitionKeys.length > 0 && `partitioned by ${planned.partitionKeys.join(', ')}`,
    planned.lakePhase && `in the lake already (${planned.lakePhase})`,
    planned.leftOut.length > 0 && `left out: ${planned.leftOut.join(', ')}`].filter((part) => part);
  return el('details', { class: 'planned' },
      el('summary', {}, el('span', { class: 'name' }, planned.source), el('span', { class: 'sink' }, `→ ${planned.sink}`),
          el('span', { class: 'muted' }, size)),
      el('p', { class: 'muted' }, more.join(' · ')),
      el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `Columns of ${planned.source}` },
          el('table', {},
              el('thead', {}, el('tr', {}, ...['Column', 'Source type', 'Lake type', 'Notes']
                  .map((title) => el('th', { scope: 'col' }, title)))),
              el('tbody', {}, ...planned.columns.map((column) => el('tr', {},
                  el('th', { scope: 'row' }, column.name), el('td', {}, column.sourceType ?? 'computed'),
                  el('td', {}, column.lakeType), el('td', {}, column.notes.join('; '))))))));
}
