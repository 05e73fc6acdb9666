// A report as one HTML file that needs nothing else: no network, no font, no script from elsewhere. The table can be searched,
// sorted and printed; without scripts it is a plain table.
import { createHash } from 'node:crypto';

export interface HtmlReport {
  readonly title: string;
  readonly subtitle: string;
  readonly version: string;
  /** Figures on top; `tone` colours them. */
  readonly cards: readonly { readonly label: string; readonly value: number; readonly tone: string }[];
  readonly charts: readonly {
    readonly title: string;
    readonly bars: readonly (readonly [string, number])[];
  }[];
  readonly columns: readonly string[];
  readonly rows: readonly { readonly tone: string; readonly cells: readonly string[] }[];
  /** What the reader has to know besides: what is missing. */
  readonly notes: readonly string[];
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to replace
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Text inside HTML; control characters and those that turn the direction of writing are made visible. */
export const escapeHtml = (text: string): string =>
  text.replace(CONTROL, '\ufffd').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --dim: #647084; --line: #e3e7ee; --paper: #fff; --panel: #f6f8fb;
  --bad: #c62f3a; --mid: #b36b00; --good: #1c7c48; --low: #3566b8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ebf2; --dim: #98a3b5; --line: #2b3341; --paper: #11161f; --panel: #1a212d;
  --bad: #ff7a83; --mid: #f0b04a; --good: #5fcf93; --low: #84aef5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem; max-width: 90rem; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { margin: 0; font-size: 1.6rem; } h2 { margin: 0 0 .5rem; font-size: .8rem; color: var(--dim); font-weight: 600; }
.sub { margin: .2rem 0 1.5rem; color: var(--dim); }
.cards { display: flex; flex-wrap: wrap; gap: 1rem; margin-bottom: 1.5rem; }
.card { min-width: 9rem; padding: .8rem 1.1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--panel); }
.card b { display: block; font-size: 1.8rem; line-height: 1.2; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: 1rem; margin-bottom: 1.5rem; }
.chart { padding: .9rem 1.1rem; border: 1px solid var(--line); border-radius: .5rem; break-inside: avoid; }
.chart svg { display: block; width: 100%; height: auto; } .chart text { fill: var(--ink); font-size: 12px; } .chart .n { fill: var(--dim); }
.bar { fill: var(--low); } .violation, .critical, .high, .deny { --tone: var(--bad); } .review, .medium, .warn { --tone: var(--mid); }
.known-and-allowed, .clean { --tone: var(--good); } .low, .none, .audit { --tone: var(--low); }
.bar[class] { fill: var(--tone, var(--low)); } .card b, td.tone { color: var(--tone, inherit); } td.tone { font-weight: 600; }
.find { display: flex; gap: 1rem; align-items: center; margin-bottom: .6rem; }
input { flex: 0 1 28rem; padding: .5rem .7rem; font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: .4rem; }
table { width: 100%; border-collapse: collapse; } th, td { padding: .45rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { position: sticky; top: 0; background: var(--paper); font-size: .8rem; color: var(--dim); white-space: nowrap; }
th button { all: unset; cursor: pointer; } th button:focus-visible { outline: 2px solid var(--low); }
td:not(.short) { overflow-wrap: anywhere; } td { white-space: pre-line; min-width: 4.5rem; } td.short { white-space: nowrap; } .notes { color: var(--mid); }
footer { margin-top: 2rem; color: var(--dim); font-size: .8rem; }
@media print { body { padding: 0; max-width: none; font-size: 10pt; } .find { display: none; } th { position: static; } tr { break-inside: avoid; } }
`;

const SCRIPT = `
const rows = [...document.querySelectorAll('tbody tr')];
const search = document.querySelector('input');
const shown = document.querySelector('#shown');
const update = () => {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let count = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
    if (!row.hidden) count++;
  }
  shown.textContent = count + ' of ' + rows.length;
};
search.addEventListener('input', update);
document.querySelector('.find').hidden = false;
update();
document.querySelectorAll('th button').forEach((button, column) => {
  let up = false;
  button.addEventListener('click', () => {
    up = !up;
    document.querySelectorAll('th').forEach((head) => head.removeAttribute('aria-sort'));
    button.parentElement.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const text = (row) => row.cells[column].textContent;
    const body = document.querySelector('tbody');
    rows.sort((a, b) => text(a).localeCompare(text(b), undefined, { numeric: true }) * (up ? 1 : -1));
    body.append(...rows);
  });
});
`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const MAX_BARS = 10;
const ROW = 22;

function chart({ title, bars }: HtmlReport['charts'][number]): string {
  const shown = bars.slice(0, MAX_BARS);
  const rest = bars.slice(MAX_BARS).reduce((sum, [, value]) => sum + value, 0);
  const all = rest === 0 ? shown : [...shown, [`${bars.length - MAX_BARS} others`, rest] as const];
  const most = Math.max(1, ...all.map(([, value]) => value));
  const lines = all.map(([label, value], index) => {
    const width = Math.max(2, Math.round((value / most) * 130));
    const text = label.length > 24 ? `${label.slice(0, 23)}…` : label;
    const tone = /^[a-z-]+$/.test(label) ? ` ${label}` : '';
    const y = index * ROW;
    return `<g><title>${escapeHtml(label)}: ${value}</title><text x="0" y="${y + 14}">${escapeHtml(text)}</text><rect class="bar${tone}" x="175" y="${y + 4}" width="${width}" height="12" rx="2"/><text class="n" x="${180 + width}" y="${y + 14}">${value}</text></g>`;
  });
  const height = Math.max(ROW, all.length * ROW);
  return `<section class="chart"><h2>${escapeHtml(title)}</h2><svg viewBox="0 0 340 ${height}" role="img" aria-label="${escapeHtml(title)}">${lines.join('')}</svg></section>`;
}

const safeTone = (tone: string): string => tone.replace(/[^a-z-]/g, '');

/** A single short word is kept on one line; the first column has the colour of its row. */
function classOf(text: string, column: number): string {
  const names = [...(column === 0 ? ['tone'] : []), ...(/^\S{1,18}$/.test(text) ? ['short'] : [])];
  return names.length === 0 ? '' : ` class="${names.join(' ')}"`;
}

/** The whole file. Everything of the report is escaped; the policy lets nothing run but the script written here. */
export function renderHtml(report: HtmlReport): string {
  const { title, subtitle, version, cards, charts, columns, rows, notes } = report;
  const policy = `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; img-src data:; base-uri 'none'; form-action 'none'`;
  const head = columns
    .map((name) => `<th scope="col"><button type="button">${escapeHtml(name)}</button></th>`)
    .join('');
  const body = rows.map(({ tone, cells }) => {
    const inner = cells.map((text, index) => `<td${classOf(text, index)}>${escapeHtml(text)}</td>`).join('');
    return `<tr class="${safeTone(tone)}">${inner}</tr>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)} · Warder</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p class="sub">${escapeHtml(subtitle)}</p>
<div class="cards">${cards.map(({ label, value, tone }) => `<div class="card ${safeTone(tone)}"><b>${value}</b>${escapeHtml(label)}</div>`).join('')}</div>
<div class="charts">${charts
    .filter(({ bars }) => bars.length > 0)
    .map(chart)
    .join('\n')}</div>
${notes.length === 0 ? '' : `<ul class="notes">${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul>`}
<div class="find" hidden><input type="search" placeholder="Search the findings" aria-label="Search the findings"><span id="shown" role="status"></span></div>
<table><thead><tr>${head}</tr></thead><tbody>
${body.join('\n')}
</tbody></table>
<footer>Warder ${escapeHtml(version)}</footer>
<script>${SCRIPT}</script>
</body>
</html>
`;
}
