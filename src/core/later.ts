/**
 * Values that are there now or come later. Most steps of a call have their answer at once; a promise and its turn of the event
 * loop for each of them would cost more than the steps do.
 */
export type Later<T> = T | Promise<T>

/** `next` with the value, at once where it is there. */
export const after = <T, R>(value: Later<T>, next: (value: T) => Later<R>): Later<R> =>
  value instanceof Promise ? value.then(next) : next(value)
