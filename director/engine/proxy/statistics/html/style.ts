/** Background of each class of rows: by day, and in a browser that prefers the dark. */
const rowColours = {
  frontend: ['#ecebd6', '#2e3438'],
  backend: ['#ecebd6', '#2e3438'],
  socket: ['#d4d4d4', '#292d30'],
  active_up: ['#c4fbc4', '#155a02'],
  active_going_up: ['#fcd22a', '#b58f04'],
  active_going_down: ['#fdfda4', '#69690a'],
  active_down: ['#fb9494', '#740404'],
  active_nolb: ['#2aa2fb', '#0667b4'],
  active_draining: ['#2aa2fb', '#0667b4'],
  active_no_check: ['#e2e2e2', '#292d30'],
  backup_up: ['#b4d2fb', '#2d3135'],
  backup_going_up: ['#fb84fb', '#7c047c'],
  backup_going_down: ['#c264fb', '#57048e'],
  backup_down: ['#fb9494', '#740404'],
  backup_nolb: ['#92b2e2', '#1d3b68'],
  backup_draining: ['#ca9a06', '#9e7704'],
  backup_no_check: ['#e2e2e2', '#292d30'],
  maintain: ['#c27a24', '#965e1c'],
} as const;

const coloured = (index: 0 | 1): string =>
  Object.entries(rowColours)
    .map(([name, colours]) => `.${name} { background: ${colours[index]}; }\n`)
    .join('');

/** Class names are HAProxy's, so that whoever reads its page by them reads ours. */
export const style = `
body { font: 12px arial, helvetica, sans-serif; color: #000; background: #fff; }
th, td { font-size: 10px; }
h1 { font-size: x-large; margin-bottom: .5em; }
h2 { font-size: x-large; font-style: italic; color: #5b2a96; margin: 0; }
h3 { font-size: 16px; color: #a80a42; background: #ecebd6; margin: 0; }
li { margin: .25em 2em 0 0; }
.hr { margin-top: .25em; border: 0; border-bottom: 1px solid #000; }
.titre { background: #2ad0d0; color: #000; text-align: center; }
${coloured(0)}.rls { letter-spacing: .2em; margin-right: 1px; }
a.px, a.lfsb { text-decoration: none; }
a.px { color: #fdfd48; }
a.px:hover { color: #fff; }
a.lfsb { color: #000; }
a.lfsb:hover { color: #555; }
table.tbl { border-collapse: collapse; }
table.tbl td { text-align: right; border: 1px solid #888; padding: 2px 3px; white-space: nowrap; }
table.tbl td.ac { text-align: center; }
table.tbl th { border: 1px solid #888; }
table.tbl th.pxname { background: #a80a42; color: #fdfd48; border-bottom: 0; padding: 2px 3px; white-space: nowrap; }
table.tbl th.empty { border: 0; background: #fff; }
table.tbl th.desc { background: #fff; border-bottom: 0; text-align: left; padding: 2px 3px; }
table.lgd { border-collapse: collapse; border-left: 1px solid #000; }
table.lgd td { border: 1px solid #888; padding: 2px; }
table.lgd td.noborder { border: 0; white-space: nowrap; }
table.det { border-collapse: collapse; }
table.det th { text-align: left; font-size: 11px; padding-right: 1px; }
table.det td { text-align: right; font-size: 11px; border: 0; padding: 0 0 0 4px; white-space: nowrap; }
u { text-decoration: none; border-bottom: 1px dotted #000; }
div.tips { visibility: hidden; position: absolute; z-index: 9999; padding: 2px 4px 3px; background: #f2f264; color: #000;
  border: 1px solid #6b44b8; border-radius: 3px; box-shadow: gray 2px 2px 3px; white-space: nowrap; font-size: 11px; }
u:hover div.tips { visibility: visible; }
@media (prefers-color-scheme: dark) {
body { color: #e6e4e1; background: #14161a; }
h1, h2 { color: #a067de; }
h3 { color: #fd5490; background: #3c3c20; }
a { color: #3692fd; }
input, select { background: #2e3438; color: inherit; }
.titre { background: #1ca4a4; color: #e6e4e1; }
${coloured(1)}a.px { color: #d6d63e; }
a.lfsb { color: #e6e4e1; }
table.tbl th.empty, table.tbl th.desc { background: #14161a; }
table.tbl th.pxname { background: #8a0434; }
u { border-bottom-color: #e6e4e1; }
div.tips { background: #8a8a12; color: #e6e4e1; }
}
`;
