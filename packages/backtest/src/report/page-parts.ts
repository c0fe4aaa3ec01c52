/** Colours follow the reader's choice of light or dark; text keeps a contrast of 4.5 in both. */
export const STYLE = `
:root { color-scheme: light dark; --back: #fff; --text: #1c1f23; --soft: #5c6570; --edge: #d9dee4; --line: #0b63c5; --gain: #14804a; --loss: #c0322b; --warn: #fff4d6; }
@media (prefers-color-scheme: dark) { :root { --back: #14171a; --text: #e8eaed; --soft: #a2abb5; --edge: #333a41; --line: #6cb2ff; --gain: #4cc38a; --loss: #ff7b72; --warn: #3a2f10; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 24px 20px 48px; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 32px 0 8px; }
header p, footer, figcaption, .none { color: var(--soft); margin: 4px 0; }
.warning { background: var(--warn); border-left: 4px solid var(--loss); padding: 8px 12px; margin: 8px 0; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 1px; margin: 16px 0; border: 1px solid var(--edge); }
dl div { box-shadow: 0 0 0 1px var(--edge); padding: 8px 12px; }
dt { color: var(--soft); font-size: 13px; }
dd { margin: 0; font-variant-numeric: tabular-nums; font-weight: 600; }
figure { margin: 24px 0; }
svg { display: block; width: 100%; height: auto; }
.line { fill: none; stroke: var(--line); stroke-width: 1.5; }
.area { fill: var(--loss); fill-opacity: 0.35; stroke: var(--loss); }
.grid { stroke: var(--edge); fill: none; }
.diagonal { stroke: var(--soft); stroke-dasharray: 4 4; fill: none; }
.dot { fill: var(--line); fill-opacity: 0.7; }
.tick { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.cursor { stroke: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14px; }
th, td { text-align: right; padding: 4px 8px; border-bottom: 1px solid var(--edge); }
th:first-child { text-align: left; }
thead th { color: var(--soft); font-weight: 500; }
.gain { background: color-mix(in srgb, var(--gain) var(--strength), transparent); }
.loss { background: color-mix(in srgb, var(--loss) var(--strength), transparent); }
footer { margin-top: 32px; overflow-wrap: anywhere; font-size: 13px; }
`

/** Day and equity under the pointer. */
export const HOVER_SCRIPT = `
const { days, values } = JSON.parse(document.getElementById('curve').textContent)
const chart = document.getElementById('equity')
const read = document.getElementById('read')
if (chart) {
  const left = 70, width = 960
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  line.setAttribute('class', 'cursor')
  chart.append(line)
  chart.addEventListener('pointermove', (event) => {
    const box = chart.getBoundingClientRect()
    const x = ((event.clientX - box.left) / box.width) * width
    const share = Math.min(1, Math.max(0, (x - left) / (width - left)))
    const index = Math.round(share * (values.length - 1))
    line.setAttribute('d', 'M' + (left + share * (width - left)) + ',8V280')
    read.textContent = days[index] + ': ' + values[index].toLocaleString('en')
  })
  chart.addEventListener('pointerleave', () => { line.removeAttribute('d'); read.textContent = '' })
}
`
