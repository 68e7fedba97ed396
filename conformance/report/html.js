// SPDX-License-Identifier: Apache-2.0
// Filters and folds; what is to be read is there without it.
(() => {
	"use strict";
	const $ = (s, e) => Array.from((e || document).querySelectorAll(s));
	const make = (tag, props, ...inside) => {
		const e = Object.assign(document.createElement(tag), props);
		e.append(...inside);
		return e;
	};
	const table = document.getElementById("m");
	const form = document.getElementById("filter");

	// Rows of the matrix, each with its requirement below.
	const rows = $("tbody tr:not(.part)", table).map(tr => {
		const id = tr.cells[0].firstChild.textContent;
		const req = document.getElementById(id);
		return {
			tr, req,
			level: tr.cells[0].lastChild.textContent,
			text: (id + " " + req.querySelector(".sentence").textContent).toLowerCase(),
			kinds: new Set(Array.from(tr.cells, td => td.className.charAt(0))),
		};
	});
	const parts = $("tbody", table);
	const folded = new Set();

	// Columns.
	const heads = $(".kernels th", table);
	const runtimes = [];
	$(".rt", table).forEach(th => {
		for (let i = th.colSpan; i > 0; i--)
			runtimes.push(th);
	});

	const control = (label, e) => {
		e.id = "filter." + form.childElementCount;
		form.append(make("div", {}, make("label", { htmlFor: e.id }, label), e));
		return e;
	};
	const select = (label, all, options) => {
		const e = make("select", {}, make("option", { value: "" }, all));
		options.forEach(([value, name]) => e.append(make("option", { value }, name)));
		return control(label, e);
	};
	const names = list => Array.from(new Set(list), s => [s, s]);
	const words = control("id or sentence",
		make("input", { type: "search", autocomplete: "off" }));
	const kind = select("verdict", "any", [["!", "not passed"], ["f", "FAIL"], ["b", "broken"],
		["l", "fail below MUST"], ["k", "known"], ["u", "passes, but listed"], ["s", "skip"],
		["p", "pass"]]);
	const level = select("level", "any", names(["MUST", "SHOULD", "INFO"]));
	const many = heads.length > 1;
	const runtime = many && select("runtime", "all", names(runtimes.map(th => th.textContent)));
	const kernel = many && select("kernel", "all", names(heads.map(th => th.textContent)));
	const shown = make("output", {});
	form.append(shown);

	const fits = row => {
		const has = kind.value === "!" ? ["f", "b", "l", "k", "u", "s"].some(k => row.kinds.has(k))
			: !kind.value || row.kinds.has(kind.value);
		return has && (!level.value || row.level === level.value) &&
			words.value.toLowerCase().split(/\s+/).every(w => row.text.includes(w));
	};
	const filterRows = () => {
		let n = 0;
		rows.forEach(row => {
			const fit = fits(row);
			n += fit;
			row.req.hidden = !fit;
			row.tr.hidden = !fit || folded.has(row.tr.parentNode);
		});
		parts.forEach(part => {
			part.hidden = !rows.some(row => row.tr.parentNode === part && !row.req.hidden);
		});
		shown.textContent = n + " of " + rows.length + " requirements";
	};
	const filterColumns = () => {
		const hide = heads.map((th, i) =>
			(runtime.value && runtimes[i].textContent !== runtime.value) ||
			(kernel.value && th.textContent !== kernel.value));
		heads.forEach((th, i) => { th.hidden = hide[i]; });
		new Set(runtimes).forEach(th => {
			const n = runtimes.filter((one, i) => one === th && !hide[i]).length;
			th.hidden = n === 0;
			th.colSpan = n || 1;
		});
		rows.forEach(row => hide.forEach((h, i) => { row.tr.cells[i + 1].hidden = h; }));
		rows.forEach(row => {
			row.kinds = new Set(hide.map((h, i) => h ? "" : row.tr.cells[i + 1].className.charAt(0)));
		});
	};
	const filter = () => {
		if (many)
			filterColumns();
		filterRows();
	};
	form.addEventListener("input", filter);
	form.addEventListener("submit", e => e.preventDefault());
	form.hidden = false;

	parts.forEach(part => {
		const button = make("button", { type: "button" }, "fold");
		button.setAttribute("aria-expanded", "true");
		button.addEventListener("click", () => {
			const fold = !folded.delete(part);
			if (fold)
				folded.add(part);
			button.textContent = fold ? "unfold" : "fold";
			button.setAttribute("aria-expanded", String(!fold));
			filterRows();
		});
		part.querySelector(".part span").append(" ", button);
	});

	$(".fold").forEach(p => {
		const all = $(":scope > details", p.parentNode);
		[["unfold all", true], ["fold all", false]].forEach(([name, open]) => {
			const button = make("button", { type: "button" }, name);
			button.addEventListener("click", () => all.forEach(d => { d.open = open; }));
			p.append(button);
		});
		p.hidden = false;
	});

	// What a link leads to is neither folded nor filtered away.
	const reveal = () => {
		const id = decodeURIComponent(location.hash.slice(1));
		const to = id && document.getElementById(id);
		if (!to)
			return;
		for (let e = to; e; e = e.parentElement) {
			if (e.tagName === "DETAILS")
				e.open = true;
			e.hidden = false;
		}
		to.scrollIntoView();
	};
	addEventListener("hashchange", reveal);
	reveal();
	filter();

	let closed = [];
	addEventListener("beforeprint", () => {
		closed = $("details:not([open])");
		closed.forEach(d => { d.open = true; });
	});
	addEventListener("afterprint", () => closed.forEach(d => { d.open = false; }));
})();
