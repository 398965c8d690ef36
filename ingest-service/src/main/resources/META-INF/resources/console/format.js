// Numbers, times and states as people read them.

const WHOLE = new Intl.NumberFormat('en');

/** 1,234 or 12.3 k or 4.56 M. */
export function count(number) {
  const steps = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e4, 'k']];
  for (const [size, unit] of steps) {
    if (number >= size) {
      const value = number / (unit === 'k' ? 1e3 : size);
      return `${value.toPrecision(3).replace(/e\+.*/, '')} ${unit}`;
    }
  }
  return WHOLE.format(Math.round(number * 10) / 10);
}

/** 12 rows/s; below one in ten seconds it is none. */
export function rate(number, unit = 'rows/s') {
  return `${number < 0.1 ? '0' : count(number >= 10 ? Math.round(number) : number)} ${unit}`;
}

/** 512 B or 2.5 MB. */
export function bytes(number) {
  const steps = [[1e12, 'TB'], [1e9, 'GB'], [1e6, 'MB'], [1e3, 'kB']];
  for (const [size, unit] of steps) {
    if (number >= size) {
      return `${(number / size).toFixed(1)} ${unit}`;
    }
  }
  return `${number} B`;
}

/** 0.4 s, 12 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds) {
  if (seconds < 10) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  }
  const hours = Math.floor(whole / 3600);
  return hours < 48 ? `${hours} h ${Math.floor((whole % 3600) / 60)} min` : `${Math.floor(hours / 24)} days`;
}

/** How far the lake is behind. */
export function lag(pipeline) {
  if (pipeline.lagSeconds === 0 && pipeline.lagBytes === 0) {
    return 'level';
  }
  return duration(pipeline.lagSeconds) + (pipeline.lagBytes > 0 ? ` · ${bytes(pipeline.lagBytes)}` : '');
}

/** The same as a phrase of its own. */
export function lagPhrase(pipeline) {
  const behind = lag(pipeline);
  return behind === 'level' ? 'level with the source' : `lag ${behind}`;
}

/** The time of day; with the date when it is not today's. */
export function time(instant) {
  const at = new Date(instant);
  const today = at.toDateString() === new Date().toDateString();
  return today ? at.toLocaleTimeString() : at.toLocaleString();
}

/** Singular or plural with its number. */
export function plural(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** Whether the log is followed and cuts are published in a phase; otherwise all tables are read, first or anew. */
export function follows(phase) {
  return phase === 'CATCH_UP' || phase === 'STREAMING';
}

/** Words and tone of a pipeline's state; the tone is a class of the style sheet, never the only sign. */
export function stateOf(pipeline) {
  switch (pipeline.state) {
    case 'RUNNING':
      return {
        SNAPSHOT: { text: 'Loading', tone: 'busy' },
        RESNAPSHOT: { text: 'Loading anew', tone: 'warn' },
        CATCH_UP: { text: 'Catching up', tone: 'busy' },
      }[pipeline.phase] ?? { text: 'Streaming', tone: 'good' };
    case 'STARTING':
      return { text: 'Starting', tone: 'busy' };
    case 'STOPPING':
      return { text: 'Stopping', tone: 'busy' };
    case 'RETRYING':
      return { text: 'Retrying', tone: 'warn' };
    case 'PAUSED':
      return { text: 'Paused', tone: 'warn' };
    case 'FAILED':
      return { text: 'Failed', tone: 'bad' };
    default:
      return { text: 'Stopped', tone: 'idle' };
  }
}

/** Words and tone of a table's phase. */
export function phaseOf(table) {
  if (table.loading) {
    return { text: table.phase === 'SNAPSHOT' ? 'Loading' : 'Read anew', tone: 'busy' };
  }
  return {
    SNAPSHOT: { text: 'To be read', tone: 'idle' },
    RESNAPSHOT: { text: 'To be read', tone: 'idle' },
    CATCH_UP: { text: 'Catching up', tone: 'busy' },
    STREAMING: { text: 'Streaming', tone: 'good' },
    STOPPED: { text: 'Stopped', tone: 'bad' },
  }[table.phase];
}

/** What is left of a load: a share below 1 until it is done, and the seconds that it takes at this rate, if known. */
export function progress(read, estimated, perSecond) {
  // The source's estimate may be too low; only what is published is complete.
  const share = Math.min(0.99, read / Math.max(1, estimated));
  const left = perSecond >= 1 && estimated > read ? (estimated - read) / perSecond : null;
  return { share, left };
}

/** One thing that is wrong with a text, with its place. */
export function problemText(problem) {
  const place = problem.line > 0 ? `line ${problem.line}` : '';
  const where = [place, problem.field].filter((part) => part).join(', ');
  return where ? `${where}: ${problem.message}` : problem.message;
}
