/**
 * Bars over time, stacked by state. A bar is clicked to see what it counts, and a drag narrows the range. The same numbers
 * stand in a table for those who do not see bars; series are told apart by pattern and place, not by colour alone.
 */

import { type PointerEvent, useEffect, useRef, useState } from "react";
import { type Bar, brushed, labelled, ticks } from "../../engines/charts/bars";
import { axisMoment, defaultForm, shortMoment } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { type Line, lineValue } from "./line";
import { Twin } from "./twin";

export interface Series {
  readonly id: string;
  readonly name: string;
  /** A colour of the theme. */
  readonly colour: string;
}

interface Props {
  readonly label: string;
  readonly line?: Line;
  readonly bars: readonly Bar[];
  readonly series: readonly Series[];
  readonly height?: number;
  /** Somebody wants to see these moments: one bar, or several that were dragged over. */
  readonly onRange?: (range: { readonly from: number; readonly until: number; readonly isBar: boolean }) => void;
}

const LEFT = 40;
const BOTTOM = 20;
const TOP = 8;
/** Room that a label of the lower axis needs. */
const LABEL = 88;

function useWidth() {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!place.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return { place, width };
}

export function BarChart({ label, bars, series, line, height = 180, onRange }: Props) {
  const { place, width } = useWidth();
  const [isTable, setTable] = useState(false);
  const [over, setOver] = useState<number | null>(null);
  const [drag, setDrag] = useState<number | null>(null);
  const shown = series.filter(({ id }) => bars.some(({ parts }) => parts.some((part) => part.series === id)));
  const at = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const slot = (event.clientX - box.left - LEFT) / ((box.width - LEFT) / Math.max(1, bars.length));
    return Math.min(bars.length - 1, Math.max(0, Math.floor(slot)));
  };
  const release = (event: PointerEvent<SVGSVGElement>) => {
    const end = at(event);
    const range = drag === null ? null : brushed(bars, drag, end);
    if (range && onRange) onRange({ ...range, isBar: drag === end });
    setDrag(null);
  };
  return (
    <figure className="min-w-0">
      <figcaption className="flex min-h-8 flex-wrap items-center gap-x-4 gap-y-1">
        <span className="font-semibold text-section">{label}</span>
        {shown.map(({ id, name, colour }) => (
          <span key={id} className="inline-flex items-center gap-1.5 text-label text-muted">
            <span className="size-2.5 rounded-[2px]" style={{ background: colour }} />
            {name}
          </span>
        ))}
        {line && (
          <span className="inline-flex items-center gap-1.5 text-label text-muted">
            <span aria-hidden className="w-4 border-text border-t-2 border-dashed" />
            {line.name}
          </span>
        )}
        <Button look="quiet" className="ml-auto text-label" onClick={() => setTable(!isTable)}>
          {t(isTable ? "chart.as-chart" : "chart.as-table")}
        </Button>
      </figcaption>
      <div ref={place} className="relative" style={isTable ? undefined : { height }}>
        {isTable && <Twin label={label} bars={bars} series={shown} line={line} />}
        {!isTable && width > 0 && (
          <svg
            role="img"
            aria-label={t("chart.summary", { name: label, count: bars.reduce((sum, bar) => sum + bar.total, 0) })}
            width={width}
            height={height}
            onPointerMove={(event) => setOver(at(event))}
            onPointerLeave={() => setOver(null)}
            onPointerDown={(event) => onRange && setDrag(at(event))}
            onPointerUp={release}
            className={onRange ? "block cursor-pointer touch-pan-y select-none" : "block"}
          >
            <Drawing bars={bars} series={shown} width={width} height={height} over={over} drag={drag} />
            {line && (
              <path
                d={linePath(line.values, width, height)}
                className="fill-none stroke-2 stroke-text"
                strokeDasharray="4 3"
              />
            )}
          </svg>
        )}
        {!isTable && over !== null && bars[over] && (
          <Note
            bar={bars[over]}
            series={shown}
            extra={lineValue(line, over)}
            left={LEFT + ((over + 0.5) * (width - LEFT)) / bars.length}
          />
        )}
      </div>
    </figure>
  );
}

/** The line from bar to bar; bars without a value interrupt it. One alone is a short stroke. */
function linePath(values: readonly (number | null)[], width: number, height: number): string {
  const top = Math.max(1, ...values.map((value) => value ?? 0));
  const slot = (width - LEFT) / Math.max(1, values.length);
  const parts = values.map((value, at) => {
    if (value === null) return "";
    const [x, y] = [LEFT + (at + 0.5) * slot, TOP + (1 - value / top) * (height - TOP - BOTTOM)];
    return (values[at - 1] ?? null) === null ? `M${x - 2} ${y}H${x + 2}` : `L${x} ${y}`;
  });
  return parts.join("");
}

interface DrawingProps {
  readonly bars: readonly Bar[];
  readonly series: readonly Series[];
  readonly width: number;
  readonly height: number;
  readonly over: number | null;
  readonly drag: number | null;
}

function Drawing({ bars, series, width, height, over, drag }: DrawingProps) {
  const form = defaultForm();
  const scale = ticks(Math.max(0, ...bars.map(({ total }) => total)));
  const top = scale.at(-1) ?? 1;
  const y = (value: number) => TOP + (1 - value / top) * (height - TOP - BOTTOM);
  const slot = (width - LEFT) / Math.max(1, bars.length);
  const gap = Math.min(3, slot * 0.2);
  const colour = new Map(series.map((one) => [one.id, one.colour]));
  const step = bars[0] ? bars[0].until - bars[0].from : 0;
  const marked = drag !== null && over !== null ? [Math.min(drag, over), Math.max(drag, over)] : [over, over];
  return (
    <>
      {scale.map((value) => (
        <g key={value}>
          <line x1={LEFT} x2={width} y1={y(value)} y2={y(value)} stroke="var(--border)" />
          <text x={LEFT - 6} y={y(value) + 4} textAnchor="end" className="fill-muted text-label">
            {new Intl.NumberFormat(form.language, { notation: "compact" }).format(value)}
          </text>
        </g>
      ))}
      {marked[0] !== null && marked[1] !== null && marked[0] !== undefined && marked[1] !== undefined && (
        <rect
          x={LEFT + marked[0] * slot}
          y={TOP}
          width={(marked[1] - marked[0] + 1) * slot}
          height={height - TOP - BOTTOM}
          fill="var(--hover)"
        />
      )}
      {bars.map((bar, index) =>
        bar.parts.map(({ series: id, value, base }) => (
          <rect
            key={`${bar.from} ${id}`}
            x={LEFT + index * slot + gap / 2}
            y={y(base + value)}
            width={Math.max(1, slot - gap)}
            height={Math.max(1, y(base) - y(base + value) - (base > 0 ? 1 : 0))}
            fill={colour.get(id)}
          />
        )),
      )}
      {labelled(bars.length, Math.max(1, Math.floor((width - LEFT) / LABEL)))
        .filter((index) => index * slot < width - LEFT - LABEL / 2)
        .map((index) => (
          <text key={index} x={LEFT + index * slot} y={height - 4} className="fill-muted text-label">
            {axisMoment(bars[index]?.from ?? 0, step, form)}
          </text>
        ))}
    </>
  );
}

interface NoteProps {
  readonly bar: Bar;
  readonly series: readonly Series[];
  readonly extra: readonly [string, string] | null;
  readonly left: number;
}

function Note({ bar, series, extra, left }: NoteProps) {
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute top-2 z-10 min-w-32 -translate-x-1/2 rounded-panel border border-border bg-bg px-2 py-1 text-label shadow-over"
      style={{ left: `clamp(72px, ${left}px, calc(100% - 72px))` }}
    >
      <div className="text-muted">{shortMoment(new Date(bar.from).toISOString(), Date.now(), defaultForm())}</div>
      {bar.parts.map(({ series: id, value }) => (
        <div key={id} className="flex justify-between gap-3">
          <span>{series.find((one) => one.id === id)?.name}</span>
          <span className="font-semibold">{value}</span>
        </div>
      ))}
      {bar.total === 0 && <div>0</div>}
      {extra && (
        <div className="flex justify-between gap-3 text-muted">
          <span>{extra[0]}</span>
          <span>{extra[1]}</span>
        </div>
      )}
    </div>
  );
}
