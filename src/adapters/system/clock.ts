import type { Clock } from '../../application/ports/clock.port.ts';

/** Timers of Node hold 31 bits of milliseconds, 24.8 days; anything longer would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The clocks and timers of this machine. Timers do not keep the process alive and never fire early, whatever their length. */
export const makeSystemClock = (): Clock => {
  const monotonic = (): number => performance.now();
  return {
    now: Date.now,
    monotonic,
    after: (ms, call) => {
      const due = monotonic() + ms;
      let timer: NodeJS.Timeout;
      const wait = (): void => {
        // a timer may fire a fraction of a millisecond early
        const left = Math.max(0, Math.ceil(due - monotonic()));
        timer = setTimeout(() => (monotonic() < due ? wait() : call()), Math.min(left, longestTimerMs));
        timer.unref();
      };
      wait();
      return () => clearTimeout(timer);
    },
  };
};
