/** A call to a model as far as it is known: with its body comes the model. */
export type AskedCall = { readonly provider: string; readonly model: string | undefined };

/** Decides whether calls to models may go out from one place in the program, and counts them. */
export type Admission = {
  /** Whether a call may be refused at all: if not, requests go out as ever. */
  readonly mayRefuse: boolean;
  /** Whether requests that are the same, byte for byte, are told apart from others. */
  readonly countsRequests: boolean;
  /** The error with which a call is refused; `unsure` where its model, or its fingerprint, has to be known first. */
  readonly decide: (call: AskedCall, fingerprint: string | undefined) => Error | "unsure" | undefined;
  /** Told of a call that goes out. What it returns is called as it ends. */
  readonly begin: (call: AskedCall) => () => void;
  /** Told of a request that has gone out, and is no repetition by its client. */
  readonly count: (call: AskedCall, fingerprint: string) => void;
};

/** What may keep one request from leaving. Whoever gets an error from it ends the request with that; the exchange has ended. */
export type Gate = {
  /** Decides before a byte is there; `unsure` where the body has to be seen. */
  readonly byPlace: () => Error | "unsure" | undefined;
  /** Decides when the whole body was told to the exchange. */
  readonly byBody: () => Error | undefined;
};

/** Bodies beyond this are let go unseen: no call to a model is so large, and what is held back is held in memory. */
export const MAX_HELD_BYTES = 32 * 1024 * 1024;
