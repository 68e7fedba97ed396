// SPDX-License-Identifier: Apache-2.0
// Opens pages in a real Chromium and says what is wrong with them, one line each:
//   CHROMIUM=PATH browser.js CHECK FILE [WORD]...
// Exit 0: nothing. 1: something. 2: the check itself could not be made.
"use strict";
const { existsSync, readFileSync, readdirSync, realpathSync } = require("fs");
const { fileURLToPath } = require("url");
const { chromium } = require("playwright-core");
const { AxeBuilder } = require("@axe-core/playwright");

const faults = [];
const fault = (...words) => faults.push(words.join(" "));

// A page of @file; what it says on its console, and what it asks for but pages below @base, is a
// fault.
async function open(browser, file, options, base) {
	const context = await browser.newContext(Object.assign({ viewport: { width: 1280, height: 900 } },
		options));
	const page = await context.newPage();
	const url = "file://" + realpathSync(file);
	page.on("console", m => fault("console:", m.text()));
	page.on("pageerror", e => fault("error:", e.message));
	page.on("dialog", d => { fault("dialog:", d.message()); d.dismiss(); });
	page.on("request", r => {
		const to = r.url().split("#")[0];
		if (to !== url && to !== "data:," && !(base && to.startsWith(base)))
			fault("request:", r.url().slice(0, 200));
	});
	await page.goto(url);
	return page;
}

const visible = (page, selector) => page.locator(selector).filter({ visible: true }).count();
// visible(), of what a click brings: the page is given time for it.
const appearing = (page, selector) =>
	page.locator(selector).filter({ visible: true }).first().waitFor({ timeout: 5000 })
		.catch(() => {}).then(() => visible(page, selector));
const rows = page => visible(page, "#m tbody tr:not(.part)");

// A link must lead to a file of the site, and where it names a part, to that.
function follow(base, from, href) {
	const [to, id] = href.split("#");
	const file = to.startsWith(base) && fileURLToPath(to);
	if (!file || !existsSync(file))
		fault("link:", from, href);
	else if (id && !readFileSync(file, "utf8").includes(` id="${id}"`))
		fault("part:", from, href);
}

const checks = {
	// Each page of a site is quiet and none of its links dead; and the way in and back. @only: one page.
	async site(browser, dir, only) {
		const base = "file://" + realpathSync(dir) + "/";
		const files = readdirSync(dir, { withFileTypes: true })
			.flatMap(e => e.isDirectory() ? readdirSync(`${dir}/${e.name}`)
				.map(name => `${e.name}/${name}`) : [e.name])
			.filter(name => only ? name === only : name.endsWith(".html"));
		let links = 0;
		for (const file of files) {
			const page = await open(browser, `${dir}/${file}`, {}, base);
			for (const width of [390, 1280]) {
				await page.setViewportSize({ width, height: 900 });
				const wide = await page.evaluate(() => document.documentElement.scrollWidth);
				if (wide > width)
					fault(file, "at", width, "is", wide, "wide");
			}
			const hrefs = await page.evaluate(() =>
				Array.from(document.querySelectorAll("a[href]"), a => a.href));
			hrefs.forEach(href => follow(base, file, href));
			links += hrefs.length;
			await page.context().close();
		}
		console.log("pages", files.length, "links", links);
		if (faults.length)
			return;
		const page = await open(browser, `${dir}/index.html`, { javaScriptEnabled: false }, base);
		await page.locator("td a[href^=run]").first().click();
		await page.getByRole("link", { name: "all runs" }).click();
		await page.locator("th a[href^=requirement]").first().click();
		await page.locator("td a[href^='../run']").first().click();
		await page.waitForURL(/\/run\/.*#/, { timeout: 10000 })
			.catch(() => fault("there is no way to a run"));
	},

	// Nothing on the console, nothing asked of anybody, nothing wider than the window.
	async quiet(browser, file) {
		const page = await open(browser, file);
		for (const width of [390, 768, 1280, 1920]) {
			await page.setViewportSize({ width, height: 900 });
			const wide = await page.evaluate(() => document.documentElement.scrollWidth);
			if (wide > width)
				fault("at", width, "the page is", wide, "wide");
		}
	},

	async axe(browser, file) {
		const page = await open(browser, file);
		await page.evaluate(() => document.querySelectorAll("details")
			.forEach(d => { d.open = true; }));
		for (const width of [390, 1280]) {
			for (const colorScheme of ["light", "dark"]) {
				await page.setViewportSize({ width, height: 900 });
				await page.emulateMedia({ colorScheme });
				const found = await new AxeBuilder({ page }).analyze();
				for (const v of found.violations.filter(v => /serious|critical/.test(v.impact)))
					fault(width, colorScheme, v.impact, v.id, v.nodes.length, "times:",
						v.nodes[0].html.slice(0, 160), v.nodes[0].failureSummary);
			}
		}
	},

	// @id falls: the search for it leaves one row, its requirement, and no other.
	async filter(browser, file, id) {
		const page = await open(browser, file);
		const all = await rows(page);
		await page.getByLabel("id or sentence").fill(id);
		if (all < 20 || await rows(page) !== 1 || await visible(page, "details.req") !== 1)
			fault("of", all, "rows the search leaves", await rows(page));
		await page.getByLabel("id or sentence").fill("no such words");
		if (await rows(page) !== 0 || await visible(page, "#m tbody") !== 0)
			fault("what nothing has is found");
		await page.getByLabel("id or sentence").fill("");
		await page.getByLabel("verdict", { exact: true }).selectOption("not passed");
		const fallen = await rows(page);
		if (fallen === 0 || fallen >= all)
			fault("not passed are", fallen, "of", all);
		await page.getByLabel("verdict", { exact: true }).selectOption("any");
		await page.getByLabel("level", { exact: true }).selectOption("INFO");
		const info = await rows(page);
		if (info === 0 || info >= all)
			fault("INFO are", info, "of", all);
		await page.getByLabel("level", { exact: true }).selectOption("any");
		if (await rows(page) !== all)
			fault("not all came back");
	},

	// Of a matrix: one runtime is chosen, and one kernel.
	async columns(browser, file) {
		const page = await open(browser, file);
		const heads = () => visible(page, ".kernels th");
		const all = await heads();
		const cells = () => visible(page, "#m tbody:first-of-type tr:nth-child(2) td");
		await page.getByLabel("runtime", { exact: true }).selectOption({ index: 1 });
		const some = await heads();
		if (some === 0 || some >= all || await cells() !== some)
			fault("one runtime has", some, "of", all, "columns, and", await cells(), "cells");
		await page.getByLabel("kernel", { exact: true }).selectOption({ index: 1 });
		if (await heads() !== 1 || await visible(page, ".rt") !== 1)
			fault("one kernel of it has", await heads(), "columns");
	},

	async fold(browser, file) {
		const page = await open(browser, file);
		const all = await rows(page);
		const first = page.locator("#m .part button").first();
		await first.focus();
		await page.keyboard.press("Enter");
		if (await rows(page) >= all || await first.getAttribute("aria-expanded") !== "false")
			fault("the part does not fold");
		await first.click();
		if (await rows(page) !== all)
			fault("the part does not unfold");
		await page.getByRole("button", { name: "fold all", exact: true }).first().click();
		if (await page.locator("details.req[open]").count() !== 0)
			fault("requirements do not fold");
		await page.locator("#m td.f a, #m td.l a").first().click();
		if (await appearing(page, ".seen li:target") !== 1 ||
		    await page.locator("details.req[open]").count() !== 1)
			fault("a cell does not open what it links to");
	},

	// Without the script: no control that does nothing, and the way from a cell to its evidence.
	async scriptless(browser, file) {
		const page = await open(browser, file, { javaScriptEnabled: false });
		if (await visible(page, "form, button") !== 0)
			fault("there are controls that need the script");
		await page.locator("#m td.f a, #m td.l a").first().click();
		if (await appearing(page, ".seen li:target") !== 1)
			fault("a cell leads nowhere");
		if (await visible(page, ".seen .evidence pre") === 0 || await visible(page, "h1") !== 1)
			fault("nothing is to be read");
		const id = await page.locator("details.req:not([open])").first().getAttribute("id");
		await page.locator(`[id="${id}"] > summary`).click();
		if (await appearing(page, `[id="${id}"] .spec`) !== 1)
			fault("a requirement does not unfold");
	},

	// The matrix is reached and scrolled by keyboard.
	async keyboard(browser, file) {
		const page = await open(browser, file, { viewport: { width: 390, height: 700 } });
		const region = page.getByRole("region", { name: "Matrix" });
		await region.focus();
		await page.keyboard.press("ArrowRight");
		// Scrolling is smooth: wait until a column that goes with it is seen to be gone.
		await page.waitForFunction(() => document.activeElement.scrollLeft > 20, null,
			{ timeout: 5000 }).catch(() => fault("the matrix does not scroll"));
		const left = await page.evaluate(() => {
			const region = document.activeElement;
			const id = region.querySelector("tbody tr:nth-child(2) .id");
			return id.getBoundingClientRect().left - region.getBoundingClientRect().left;
		});
		if (Math.abs(left) > 2)
			fault("the first column is scrolled away by", left);
	},

	// What the strings of a report would do if they were more than text.
	async hostile(browser, file, scripts = "1") {
		const page = await open(browser, file);
		await page.evaluate(() => document.querySelectorAll("*").forEach(e => {
			for (const type of ["mouseover", "click", "focus", "load", "error"])
				e.dispatchEvent(new Event(type));
		}));
		const seen = await page.evaluate(() => ({
			done: window.hostile,
			scripts: document.scripts.length,
			handlers: Array.from(document.querySelectorAll("*")).filter(e =>
				e.getAttributeNames().some(n => n.startsWith("on"))).length,
			text: document.body.textContent.includes("<script>"),
		}));
		if (seen.done || seen.scripts !== Number(scripts) || seen.handlers)
			fault("it is more than text:", JSON.stringify(seen));
		if (!seen.text)
			fault("it is not shown at all");
	},

	// Milliseconds to open the page, and to filter it until it is laid out again: the best of
	// five, since others may be at work here.
	async quick(browser, file, id) {
		const from = Date.now();
		const page = await open(browser, file);
		await page.evaluate(() => new Promise(done => requestAnimationFrame(() =>
			setTimeout(done))));
		const opened = Date.now() - from;
		const filtered = await page.evaluate(word => {
			const input = document.querySelector("#filter input");
			const type = value => {
				const begun = performance.now();
				input.value = value;
				input.dispatchEvent(new Event("input", { bubbles: true }));
				document.body.getBoundingClientRect();
				return performance.now() - begun;
			};
			return Math.min(...[1, 2, 3, 4, 5].map(() => Math.max(type(""), type(word))));
		}, id);
		console.log("cells", await page.locator("#m td").count(), "elements",
			await page.locator("*").count(), "opened", opened, "filtered",
			Math.round(filtered));
		if (await rows(page) !== 1)
			fault("the search leaves", await rows(page));
		if (opened > 30000 || filtered > 1000)
			fault("slow: opened in", opened, "ms, filtered in", filtered, "ms");
	},
};

(async () => {
	const [check, file, ...words] = process.argv.slice(2);
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM,
		args: ["--no-sandbox", "--disable-dev-shm-usage"] });
	try {
		await checks[check](browser, file, ...words);
	} finally {
		await browser.close();
	}
	faults.forEach(f => console.log(f));
	process.exitCode = faults.length ? 1 : 0;
})().catch(e => {
	console.error(String(e.message || e));
	process.exitCode = 2;
});
