// A chart → SVG, by Vega-Lite: https://vega.github.io/vega-lite/
import { parse, View } from 'vega';
import { compile } from 'vega-lite';

/** GitHub's own colours, so that the plots fit its pages. */
export const THEMES = {
  light: { text: '#1f2328', muted: '#59636e', line: '#d1d9e0', bar: '#9aa4af', ours: '#0969da' },
  dark: { text: '#f0f6fc', muted: '#9198a1', line: '#3d444d', bar: '#656c76', ours: '#4493f8' },
};
const FONT = 'system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif';

/** @param chart see {@link makeCharts}. */
export async function drawChart(chart, theme) {
  const view = new View(parse(compile(specOf(chart, theme)).spec), { renderer: 'none' });
  return `${await view.toSVG()}\n`;
}

function specOf({ title, axis, bars }, theme) {
  const groups = [...new Set(bars.map(({ group }) => group))];
  const labels = [...new Set(bars.map(({ label }) => label))];
  return {
    title: { text: title, anchor: 'start', color: theme.text, fontSize: 14, offset: 12 },
    data: { values: bars },
    facet: { row: { field: 'group', sort: groups, title: null, header: headerOf(groups, theme) } },
    spec: { width: 430, height: { step: 24 }, encoding: encodingOf(labels, axis, theme), layer: layersOf(theme) },
    spacing: 10,
    background: 'transparent',
    padding: { left: 4, top: 4, right: 60, bottom: 4 },
    config: { font: FONT, view: { stroke: null } },
  };
}

function headerOf(groups, theme) {
  if (groups.length === 1) return { labels: false };
  return { labelAngle: 0, labelAlign: 'left', labelAnchor: 'start', labelOrient: 'top', labelColor: theme.muted, labelFontSize: 12 };
}

function encodingOf(labels, axis, theme) {
  const axisColors = {
    labelColor: theme.muted,
    titleColor: theme.muted,
    gridColor: theme.line,
    domain: false,
    ticks: false,
    labelPadding: 6,
  };
  return {
    y: {
      field: 'label',
      type: 'nominal',
      sort: labels,
      title: null,
      axis: { ...axisColors, labelColor: theme.text, labelFontSize: 12, labelLimit: 320 },
    },
    x: { field: 'value', type: 'quantitative', title: axis, axis: { ...axisColors, tickCount: 5 } },
  };
}

function layersOf(theme) {
  return [
    {
      mark: { type: 'bar', height: 16 },
      encoding: { color: { condition: { test: 'datum.isOurs', value: theme.ours }, value: theme.bar } },
    },
    {
      mark: { type: 'text', align: 'left', dx: 5, fontSize: 12, color: theme.text },
      encoding: { text: { field: 'text', type: 'nominal' } },
    },
  ];
}
