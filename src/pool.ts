/** Does some work for each item, at most so many at once, begun in the order of the items; none is begun after a failure. */
export async function eachOf<T>(items: Iterable<T>, lanes: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  let hasFailed = false;
  const fail = (error: unknown): never => {
    hasFailed = true;
    throw error;
  };
  const lane = async (): Promise<void> => {
    for (let next = queue.next(); !next.done && !hasFailed; next = queue.next()) await work(next.value).catch(fail);
  };
  await Promise.all(Array.from({ length: Math.max(1, lanes) }, lane));
}
