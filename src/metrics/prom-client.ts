import Counter from "prom-client/lib/counter.js";
import Gauge from "prom-client/lib/gauge.js";
import Histogram from "prom-client/lib/histogram.js";
import Registry from "prom-client/lib/registry.js";

/**
 * The four classes of prom-client that are used, by their own files: its index also loads cluster, http and default metrics, which cost
 * 20 MB and 30 ms at the start of every program.
 */
export { Counter, Gauge, Histogram, Registry };
