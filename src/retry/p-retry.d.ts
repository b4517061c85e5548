/** The part of p-retry 9 that is used. The package's own types count where it is installed. */
declare module "p-retry" {
  export type RetryContext = {
    readonly error: Error;
    readonly attemptNumber: number;
    readonly retriesLeft: number;
    /** In milliseconds; 0 where no retry can follow. */
    readonly retryDelay: number;
  };
  export type Options = {
    readonly retries?: number;
    readonly factor?: number;
    readonly minTimeout?: number;
    readonly maxTimeout?: number;
    readonly maxRetryTime?: number;
    readonly randomize?: boolean;
    readonly signal?: AbortSignal;
    readonly onFailedAttempt?: (context: RetryContext) => void | Promise<void>;
    readonly shouldRetry?: (context: RetryContext) => boolean | Promise<boolean>;
  };
  export default function pRetry<T>(
    input: (attemptNumber: number) => PromiseLike<T> | T,
    options?: Options,
  ): Promise<T>;
}
