import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { useThemeName } from "../../app/theme-name.ts";
import { formatTime } from "../../format/quantity.ts";
import type { Panel } from "../model/dashboard.ts";
import type { Frame } from "../model/frame.ts";
import { membersOf, textOf } from "../model/json.ts";
import { writeText } from "../model/units.ts";
import css from "./heatmap.module.css";
import { useSize } from "./size.ts";

type HeatmapProps = { readonly panel: Panel; readonly frame: Frame; readonly startMs: number; readonly endMs: number };
type Spot = {
  readonly timeMs: number;
  readonly bucket: string;
  readonly count: number;
  readonly left: number;
  readonly top: number;
};

const LEFT = 58;
const BOTTOM = 18;

/** Buckets over time: the stronger the color, the more is in it. */
export function Heatmap({ panel, frame, startMs, endMs }: HeatmapProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = useSize(box);
  const theme = useThemeName();
  const [spot, setSpot] = useState<Spot | undefined>(undefined);
  const [time] = frame.fields;
  const buckets = useMemo(() => frame.fields.slice(1), [frame]);
  const stepMs = time?.intervalMs ?? 60_000;
  const unit = textOf(membersOf(panel.options["yAxis"])["unit"]) ?? panel.fieldConfig.defaults.unit;
  const most = useMemo(
    () =>
      buckets.reduce(
        (max, { values }) => values.reduce((inner: number, value) => Math.max(inner, Number(value) || 0), max),
        0,
      ),
    [buckets],
  );
  const rowHeight = (height - BOTTOM) / Math.max(1, buckets.length);
  const boundText = (name: string): string =>
    Number.isFinite(Number(name)) ? writeText(Number(name), unit) : name === "+Inf" ? "∞" : name;

  // biome-ignore lint/correctness/useExhaustiveDependencies: colors are read anew with another theme.
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (element === null || context === null || context === undefined || width === 0) return;
    const scale = devicePixelRatio;
    [element.width, element.height] = [width * scale, height * scale];
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const styles = getComputedStyle(element);
    const xOf = (ms: number): number => LEFT + ((ms - startMs) / (endMs - startMs)) * (width - LEFT);
    context.fillStyle = styles.getPropertyValue("--series-2");
    buckets.forEach(({ values }, row) => {
      const y = height - BOTTOM - (row + 1) * rowHeight;
      values.forEach((value, at) => {
        const count = Number(value) || 0;
        if (count <= 0) return;
        context.globalAlpha = 0.12 + 0.88 * Math.sqrt(count / most);
        const x = xOf(Number(time?.values[at]) - stepMs);
        context.fillRect(
          Math.max(LEFT, x),
          y,
          Math.max(1, xOf(Number(time?.values[at])) - x - 1),
          Math.max(1, rowHeight - 1),
        );
      });
    });
    context.globalAlpha = 1;
    context.fillStyle = styles.getPropertyValue("--text-3");
    context.font = `11px ${styles.getPropertyValue("--font")}`;
    context.textBaseline = "middle";
    const every = Math.max(1, Math.ceil(14 / rowHeight));
    buckets.forEach(({ name }, row) => {
      if (row % every === 0) context.fillText(boundText(name), 0, height - BOTTOM - (row + 0.5) * rowHeight, LEFT - 6);
    });
    for (const part of [0, 0.25, 0.5, 0.75]) {
      const ms = startMs + part * (endMs - startMs);
      context.fillText(formatTime(ms).slice(11, 16), xOf(ms), height - 7);
    }
  }, [frame, width, height, startMs, endMs, theme, most]);

  return (
    <div className={css.heatmap} ref={box}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${panel.title}: ${buckets.length} buckets over time`}
        onMouseLeave={() => setSpot(undefined)}
        onMouseMove={({ nativeEvent: { offsetX, offsetY } }) => {
          const row = Math.floor((height - BOTTOM - offsetY) / rowHeight);
          const ms = startMs + ((offsetX - LEFT) / (width - LEFT)) * (endMs - startMs);
          const at = (time?.values ?? []).findIndex((value) => Number(value) >= ms);
          const bucket = buckets[row];
          setSpot(
            bucket === undefined || at < 0 || offsetX < LEFT
              ? undefined
              : {
                  timeMs: Number(time?.values[at]),
                  bucket: bucket.name,
                  count: Number(bucket.values[at]) || 0,
                  left: offsetX,
                  top: offsetY,
                },
          );
        }}
      />
      {spot !== undefined && (
        <output
          className={css.spot}
          style={
            spot.left > width / 2
              ? { right: width - spot.left + 12, top: spot.top }
              : { left: spot.left + 12, top: spot.top }
          }
        >
          {formatTime(spot.timeMs)}
          <br />
          up to {boundText(spot.bucket)}: {writeText(spot.count, "short")}
        </output>
      )}
    </div>
  );
}
