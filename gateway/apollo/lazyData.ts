type Data = Record<string, unknown>;

const untouched = new WeakMap<object, string>();

/**
 * The `data` of an answer as an object that is parsed only when somebody looks into it. Untouched, it is sent as the text that it
 * was made of; once touched, as what it holds then.
 *
 * @param text JSON of an object
 */
export function lazyData(text: string): Data {
  const touched = (target: Data): Data => {
    if (untouched.delete(data)) Object.assign(target, JSON.parse(text));
    return target;
  };
  const data: Data = new Proxy<Data>(
    {},
    {
      get: (target, key) => Reflect.get(touched(target), key),
      has: (target, key) => Reflect.has(touched(target), key),
      ownKeys: (target) => Reflect.ownKeys(touched(target)),
      getOwnPropertyDescriptor: (target, key) => Reflect.getOwnPropertyDescriptor(touched(target), key),
      set: (target, key, value) => Reflect.set(touched(target), key, value),
      deleteProperty: (target, key) => Reflect.deleteProperty(touched(target), key),
      defineProperty: (target, key, descriptor) => Reflect.defineProperty(touched(target), key, descriptor),
    },
  );
  untouched.set(data, text);
  return data;
}

/** The text of an object that `lazyData` made, as long as nobody has looked into it. */
export function untouchedText(data: object): string | undefined {
  return untouched.get(data);
}
