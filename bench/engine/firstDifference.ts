/**
 * Where two JSON values differ first, the order of keys aside.
 *
 * @returns `"users.0.name: \"Ann\", not \"Bob\""`, the actual value first; null when they are equal
 */
export function firstDifference(actual: unknown, expected: unknown, path = ''): string | null {
  if (!isObject(actual) || !isObject(expected) || Array.isArray(actual) !== Array.isArray(expected)) {
    if (actual === expected) return null;
    return `${path}: ${brief(actual)}, not ${brief(expected)}`;
  }
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const found = firstDifference(actual[key], expected[key], path === '' ? key : `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function brief(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 200);
}
