// What can be asked of a pipeline. Everything asks back first.

import { ask } from './api.js';
import { attempt, confirmed } from './dialogs.js';

const QUESTIONS = {
  start: {
    text: 'It connects to source and lake, takes the pipeline over from any other process, and goes on where the lake is.',
    yes: 'Start',
  },
  stop: {
    text: 'The open cut is finished, or given up whole; nothing is lost. While the pipeline is stopped, the source keeps'
        + ' its log for it.',
    yes: 'Stop',
  },
  pause: {
    text: 'The open cut is finished, and the pipeline holds still. The source keeps its log meanwhile.',
    yes: 'Pause',
  },
  resume: { text: 'It goes on where it held still.', yes: 'Resume' },
};

/**
 * The actions of one pipeline.
 *
 * @param name the pipeline
 * @param after is called when one has been accepted
 */
export function actions(name, after) {
  async function request(question, send, done) {
    if (!(await confirmed(question))) {
      return null;
    }
    const answer = await attempt(send, done);
    after();
    return answer;
  }

  const simple = (action) => () =>
    request({ title: `${QUESTIONS[action].yes} ${name}?`, ...QUESTIONS[action] }, () => ask(action, { path: { name } }));

  return {
    start: simple('start'),
    stop: simple('stop'),
    pause: simple('pause'),
    resume: simple('resume'),

    resnapshot: (table) => request({
      title: `Read ${table} anew?`,
      text: 'The table is read again from its beginning, beside the stream. What readers see of it stays until the new'
          + ' rows replace it in one cut, which holds up the other tables for a while.',
      yes: 'Read anew',
    }, () => ask('resnapshot', { path: { name, table } }), `${table} is being read anew.`),

    cut: () => request({
      title: 'Take a cut now?',
      text: 'Everything that is committed at the source by now is published and tagged in every table. A tag keeps its'
          + ' files from being expired until somebody drops it.',
      yes: 'Take a cut',
    }, () => ask('cut', { path: { name } })),

    verify: () => request({
      title: `Verify ${name}?`,
      text: 'Every row of every table is compared with its source, while the pipeline runs. Nothing is changed; source'
          + ' and lake are read once.',
      yes: 'Verify',
    }, () => ask('verify', { path: { name } })),

    repair: () => request({
      title: `Repair ${name}?`,
      text: 'Source and lake are compared again. Rows that differ for certain are read at the source and published in one'
          + ' cut; what others wrote to a lake table is undone.',
      yes: 'Repair',
    }, () => ask('verify', { path: { name }, query: { repair: 'true' } })),

    cancelVerification: () => request({
      title: 'Give the verification up?',
      text: 'What has been compared so far is forgotten.',
      yes: 'Give up',
    }, () => ask('cancelVerification', { path: { name } })),
  };
}
