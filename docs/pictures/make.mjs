// Opens what `tebar preview` has written in a browser, by day and by night, wide
// and narrow, and fails where a page asks for anything over the network, is wider
// than its window, writes an error to the console, has a picture without alt text
// or that is not shown, or text that stands out too little (WCAG 2.2, 1.4.3).
//
// node make.mjs CAMPAIGNS [FOLDER]: each campaign's preview is
// CAMPAIGNS/NAME/preview, and what `tebar preview --json` said CAMPAIGNS/NAME.json.
// Pictures go into FOLDER. README=FOLDER makes the README's there.
import { createRequire } from 'node:module';
import { readFileSync, readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const { chromium } = createRequire(process.env.PLAYWRIGHT + '/')('playwright-core');
const [campaigns, folder] = process.argv.slice(2);
const problems = new Set();
let looks = 0, pictures = 0;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [], // root has no other way
});

// open opens a file; what goes wrong is told under the name.
async function open(name, file, width, height, colorScheme, scale = 1) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme, deviceScaleFactor: scale });
  const url = pathToFileURL(file).href;
  page.on('request', r => {
    if (r.url() !== url && !/^(data|about):/.test(r.url())) problems.add(`${name}: asks for ${r.url().slice(0, 100)}`);
  });
  page.on('console', m => { if (m.type() === 'error') problems.add(`${name}: console: ${m.text()}`); });
  page.on('pageerror', e => problems.add(`${name}: ${e}`));
  await page.route(/^https?:/, r => r.abort()); // it is a problem, and goes nowhere
  await page.goto(url);
  return page;
}

// look judges a page and the letter in its frame, of which each is to be light or
// dark, and takes the picture.
async function look(name, page, whole, scheme, letter) {
  await page.waitForTimeout(30);
  for (const frame of page.frames()) {
    const [part, should] = frame.parentFrame() ? [' (letter)', letter] : ['', scheme];
    for (const p of await frame.evaluate(judge, should)) problems.add(`${name}${part}: ${p}`);
  }
  looks++;
  if (!folder) return;
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: whole });
  pictures++;
}

// judge runs in the page; should is light, dark, or nothing.
function judge(should) {
  const found = [], root = document.documentElement;
  if (root.scrollWidth > innerWidth) found.push(`${root.scrollWidth} pixels wide in a window of ${innerWidth}`);
  for (const e of document.querySelectorAll('h1, h2, nav, .bar, .view, td, th, p, pre')) {
    const r = e.getBoundingClientRect();
    if (r.width > 0 && r.right > innerWidth + 1) found.push(`<${e.localName}> goes over the edge: ${e.textContent.trim().slice(0, 40)}`);
  }
  for (const img of document.images) {
    if (!img.hasAttribute('alt')) found.push('a picture has no alt text');
    if (!img.naturalWidth) found.push(`the picture "${img.alt}" is not shown`);
  }
  const parts = text => (text.match(/[\d.]+/g) || []).map(Number);
  const over = ([r, g, b, a = 1], under) => [r, g, b].map((v, i) => v * a + under[i] * (1 - a));
  const light = rgb => {
    const [r, g, b] = rgb.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const sheet = document.createElement('i'); // has the colour of the page where nothing is painted
  sheet.style.color = 'Canvas';
  root.append(sheet);
  const canvas = parts(getComputedStyle(sheet).color);
  sheet.remove();
  const behind = e => e ? over(parts(getComputedStyle(e).backgroundColor), behind(e.parentElement)) : canvas;
  if (should && (should === 'light') !== light(behind(document.body)) > 0.5) found.push(`it should be ${should}`);
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const e = words.currentNode.parentElement, text = words.currentNode.data.trim();
    if (!text || /^(script|style|title)$/.test(e.localName) || !e.checkVisibility({ visibilityProperty: true })) continue;
    const s = getComputedStyle(e), back = behind(e), front = over(parts(s.color), back);
    const [low, high] = [light(front), light(back)].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05), size = parseFloat(s.fontSize);
    const need = size >= 24 || size >= 18.66 && s.fontWeight >= 700 ? 3 : 4.5;
    if (ratio < need) found.push(`contrast ${ratio.toFixed(2)}, not ${need}: ${text.slice(0, 40)}`);
  }
  for (const b of document.querySelectorAll('.button a')) {
    if (b.getBoundingClientRect().height < 44) found.push(`the button "${b.textContent}" is less than 44 pixels high`);
  }
  return [...new Set(found)];
}

// preview looks at a preview's index page: as it opens, at each tab, and with the
// letter dark and, where there is room for more, as on a phone.
async function preview(name, index) {
  for (const scheme of ['light', 'dark']) {
    for (const [kind, width, height] of [['desktop', 1280, 860], ['phone', 420, 860]]) {
      const shot = `${name}-page-${kind}-${scheme}`, page = await open(shot, index, width, height, scheme);
      await look(shot, page, false, scheme, 'light');
      for (const tab of ['text', 'headers', 'raw', 'files']) {
        await page.click(`[data-tab=${tab}]`);
        await look(`${shot}-${tab}`, page, false, scheme);
      }
      await page.click('[data-tab=html]');
      if (kind === 'desktop') await page.click('#phone');
      await page.click('#dark');
      await look(`${shot}-turned`, page, false, scheme, 'dark');
      await page.close();
    }
  }
}

// letters looks at the first message and at those at the edge, by themselves.
async function letters(name, messages) {
  for (const [i, m] of messages.filter((m, i) => i === 0 || m.why).entries()) {
    for (const scheme of ['light', 'dark']) {
      for (const width of [360, 900]) {
        const shot = `${name}-letter-${i ? `row-${m.row}-` : ''}${width}-${scheme}`;
        const page = await open(shot, `${campaigns}/${name}/preview/${m.html}`, width, 700, scheme);
        await look(shot, page, true, scheme);
        await page.close();
      }
    }
  }
}

// readme makes the two pictures that the README shows.
async function readme(into) {
  const page = await open('readme', `${campaigns}/newsletter/preview/index.html`, 1200, 760, 'light');
  await page.screenshot({ path: `${into}/preview.png` });
  const shot = async (width, scheme) => {
    const p = await open('readme', `${campaigns}/invitation/preview/row-2.html`, width, 790, scheme);
    const data = await p.screenshot();
    await p.close();
    return data.toString('base64');
  };
  await page.setViewportSize({ width: 1160, height: 850 });
  await page.setContent(`<style>body{margin:30px;display:flex;gap:40px;background:#d9dee3}img{border-radius:12px;box-shadow:0 2px 12px #0004}</style>
<img src="data:image/png;base64,${await shot(700, 'light')}"><img src="data:image/png;base64,${await shot(360, 'dark')}">`);
  await page.waitForTimeout(100);
  await page.screenshot({ path: `${into}/letter.png` });
}

for (const file of readdirSync(campaigns).filter(f => f.endsWith('.json'))) {
  const name = file.slice(0, -'.json'.length);
  await preview(name, `${campaigns}/${name}/preview/index.html`);
  await letters(name, JSON.parse(readFileSync(`${campaigns}/${file}`, 'utf8')).messages);
}
if (process.env.README) await readme(process.env.README);
await browser.close();
console.log(`${looks} looks, ${pictures} pictures${folder ? ' in ' + folder : ''}, ${problems.size} problems`);
for (const p of problems) console.log(p);
process.exitCode = problems.size ? 1 : 0;
