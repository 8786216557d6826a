// match.mjs -- compares a reply with what a scenario expects of it: partly, with variables.

/** "$name" in a path or header becomes the variable's text. */
export function fillText(text, variables) {
  return text.replace(/\$([a-z_0-9]+)/g, (all, name) => (name in variables ? String(variables[name]) : all));
}

/** "$name" as a whole JSON string becomes the variable's JSON; inside a longer one, its text. */
export function fillJson(text, variables) {
  return fillText(text.replace(/"\$([a-z_0-9]+)"/g, (all, name) => (name in variables ? JSON.stringify(variables[name]) : all)),
    variables);
}

function differenceOfText(want, got, variables, at) {
  const variable = /^\$([a-z_0-9]+)$/.exec(want);
  if (variable) {
    if (got === undefined) return `${at} is missing`;
    if (!(variable[1] in variables)) variables[variable[1]] = got; // captured
    return variables[variable[1]] === got ? '' : `${at} is ${JSON.stringify(got)}, should be ${JSON.stringify(variables[variable[1]])}`;
  }
  if (want === '*') return got === undefined || got === null ? `${at} is missing` : '';
  if (want.startsWith('~')) return new RegExp(want.slice(1), 'u').test(String(got)) ? '' : `${at} is ${JSON.stringify(got)}, should match ${want.slice(1)}`;
  const text = fillText(want, variables);
  return got === text ? '' : `${at} is ${JSON.stringify(got)}, should be ${JSON.stringify(text)}`;
}

/** Objects: the named members only. Arrays: all elements; after a first "..." each wanted one must occur somewhere. */
export function difference(want, got, variables, at) {
  if (typeof want === 'string') return differenceOfText(want, got, variables, at || 'the reply');
  if (Array.isArray(want)) {
    if (!Array.isArray(got)) return `${at} is ${JSON.stringify(got)}, should be a list`;
    if (want[0] === '...') {
      for (const each of want.slice(1)) {
        const found = got.find((one) => !difference(each, one, { ...variables }, at));
        if (found === undefined) return `${at} has no ${JSON.stringify(each)}: ${JSON.stringify(got).slice(0, 600)}`;
        difference(each, found, variables, at);
      }
      return '';
    }
    if (want.length !== got.length) return `${at} has ${got.length} elements, should have ${want.length}: ${JSON.stringify(got).slice(0, 600)}`;
    for (let i = 0; i < want.length; i++) {
      const wrong = difference(want[i], got[i], variables, `${at}/${i}`);
      if (wrong) return wrong;
    }
    return '';
  }
  if (want && typeof want === 'object') {
    if (!got || typeof got !== 'object' || Array.isArray(got)) return `${at} is ${JSON.stringify(got)}, should be an object`;
    for (const [name, value] of Object.entries(want)) {
      const wrong = difference(value, got[name], variables, `${at}/${name}`);
      if (wrong) return wrong;
    }
    return '';
  }
  return want === got ? '' : `${at} is ${JSON.stringify(got)}, should be ${JSON.stringify(want)}`;
}
