/**
 * The two header grammars a static server has to read: Accept-Encoding (RFC 9110 §12.5.3) and Range (§14.2).
 * Both are lenient in what they ignore: a header that is not understood means the plain, whole representation.
 */

/**
 * @param {string} header the value of Accept-Encoding, '' when absent
 * @returns {Set<string>} the content codings the client takes; `q=0` takes one back, `*` stands for br and gzip
 */
export function acceptedEncodings(header) {
  /** @type {Map<string, boolean>} */
  const verdicts = new Map();
  for (const item of header.toLowerCase().split(',')) {
    const [coding = '', ...parameters] = item.split(';').map((part) => part.trim());
    if (coding === '') continue;
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    verdicts.set(coding, quality === undefined || Number(quality.slice(2)) > 0);
  }
  const rest = verdicts.get('*') ?? false;
  const codings = ['br', 'gzip'].filter((coding) => verdicts.get(coding) ?? rest);
  return new Set(codings);
}

/**
 * @param {string} header the value of Range
 * @param {number} size the length of the representation in bytes
 * @returns {{ start: number, end: number } | 'unsatisfiable' | undefined} inclusive offsets; undefined for a header
 *   to ignore: another unit, a syntax error, or several ranges
 */
export function parseRange(header, size) {
  const match = /^bytes=\s*(\d*)-(\d*)\s*$/.exec(header);
  if (!match) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Number(last);
    if (length === 0 || size === 0) return 'unsatisfiable';
    return { start: Math.max(0, size - length), end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}
