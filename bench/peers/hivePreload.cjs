// Loaded into Hive Gateway before its own code.

// Some of its packages are written for Node 22, which has this: https://tc39.es/ecma262/#sec-promise.withResolvers
Promise.withResolvers ??= function withResolvers() {
  let resolve;
  let reject;
  const promise = new this((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
};

// It ends with the benchmark that forked it.
process.on('disconnect', () => process.exit());
process.channel?.unref();
