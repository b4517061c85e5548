import { builtin } from "../base/index.ts";

/** The part of Node's own signal handle that is used here; `process.on` makes one for each signal that is listened for. */
type SignalHandle = { onsignal: (number: number) => void };

export type SignalWatch = {
  /** Stops watching: from then on a signal does what it does without us. */
  readonly stop: () => void;
};

const nobody = (): void => {};

/** Listens for each signal, and returns the handles that Node makes for that. Each has to be without listeners. */
function startHandles(signals: readonly NodeJS.Signals[]): SignalHandle[] {
  const handles: SignalHandle[] = [];
  const hook = builtin("node:async_hooks").createHook({
    init: (_id, type, _trigger, resource) => {
      if (type === "SIGNALWRAP") handles.push(resource as SignalHandle);
    },
  });
  hook.enable();
  for (const signal of signals) process.on(signal, nobody);
  hook.disable();
  return handles;
}

/** Stops listening without Node noticing that nobody is left, so that its handle stays. */
function leaveHandles(signals: readonly NodeJS.Signals[]): void {
  const own = Object.getOwnPropertyDescriptor(process, "listenerCount");
  Object.defineProperty(process, "listenerCount", { configurable: true, value: () => 1 });
  try {
    for (const signal of signals) process.off(signal, nobody);
  } finally {
    if (own === undefined) delete (process as Partial<NodeJS.Process>).listenerCount;
    else Object.defineProperty(process, "listenerCount", own);
  }
}

/** By a listener like any other. It is counted, and libraries that end the program only where they are alone (signal-exit) will not. */
function watchByListening(signals: readonly NodeJS.Signals[], onFatal: (signal: NodeJS.Signals) => void): SignalWatch {
  const onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) === 1) onFatal(signal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    stop: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}

/**
 * Tells of signals that would end the process, because the program does not listen for them. The program's listeners stay the only ones,
 * in number and order: what is watched is Node's own handle of the signal, which passes it on where there is a listener.
 */
export function watchFatalSignals(
  signals: readonly NodeJS.Signals[],
  onFatal: (signal: NodeJS.Signals) => void,
): SignalWatch {
  /** Signals whose handle is ours because nobody listened. */
  const armed = new Set<NodeJS.Signals>();
  let arming = false;
  let stopped = false;

  const arm = (wanted: readonly NodeJS.Signals[]): boolean => {
    const free = wanted.filter((signal) => process.listenerCount(signal) === 0);
    arming = true;
    const handles = startHandles(free);
    const complete = handles.length === free.length;
    if (complete) leaveHandles(free);
    else for (const signal of free) process.off(signal, nobody);
    arming = false;
    if (!complete) return false;
    for (const [at, handle] of handles.entries()) {
      const signal = free[at]!;
      armed.add(signal);
      handle.onsignal = (number) => {
        if (process.listenerCount(signal) > 0)
          (process.emit as (event: string, ...args: unknown[]) => boolean).call(process, signal, signal, number);
        else if (!stopped) onFatal(signal);
      };
    }
    return true;
  };

  if (!arm(signals)) return watchByListening(signals, onFatal);
  // Node closes the handle with the last listener; its own listener of this event comes first.
  const onRemoved = (event: unknown): void => {
    const signal = signals.find((one) => one === event);
    if (arming || stopped || signal === undefined || process.listenerCount(signal) > 0) return;
    armed.delete(signal);
    arm([signal]);
  };
  process.on("removeListener", onRemoved);
  return {
    stop: () => {
      stopped = true;
      process.off("removeListener", onRemoved);
      // Whoever leaves as the last one takes the handle along.
      for (const signal of armed) process.on(signal, nobody).off(signal, nobody);
    },
  };
}
