# SPDX-License-Identifier: Apache-2.0
# Lines "CGROUPS KERNEL START Q1 Q3 STOP Q1 Q3 …" into an SVG: two panels, a line a kernel.
function y(ratio) { return 240 - 190 * log(ratio < 0.5 ? 1 : ratio / 0.5) / log(128) }
function x(panel, i) { return 60 + panel * 330 + (i - 1) * (groups > 1 ? 200 / (groups - 1) : 0) }
function text(px, py, anchor, s) {
	printf "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"%s\">%s</text>\n", px, py, anchor, s
}
function line(x1, y1, x2, y2, style) {
	printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1, x2, y2, style
}
function panel(p, name,    r, i, k, style, px, at) {
	text(x(p, 1) + 100, 40, "middle", name)
	for (r = 0.5; r <= 64; r *= 2) {
		line(x(p, 1) - 10, y(r), x(p, 1) + 210, y(r), r == 1 ? "stroke=\"#555\"" : "stroke=\"#ddd\"")
		text(x(p, 1) - 16, y(r) + 4, "end", r)
	}
	for (i = 1; i <= groups; i++)
		text(x(p, i), 258, "middle", group[i])
	text(x(p, 1) + 100, 276, "middle", "further memory cgroups")
	for (k = 1; k <= kernels; k++) {
		style = "stroke=\"" colour[k] "\" stroke-width=\"2\""
		for (i = 1; i <= groups; i++) {
			at = value[p, i, k]
			if (at == "" || at == "-") continue
			px = x(p, i) + (k - 1) * 3 - 4
			line(px, y(low[p, i, k]), px, y(high[p, i, k]), style)
			printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", px, y(at), colour[k]
			if (i > 1)
				line(x(p, i - 1) + (k - 1) * 3 - 4, y(value[p, i - 1, k]), px, y(at), style)
		}
	}
}
BEGIN { split("#c0392b #d68910 #2471a3 #1e8449 #7d3c98 #5d6d7e", colour, " ") }
{
	if (!($1 in g)) { g[$1] = ++groups; group[groups] = $1 }
	if (!($2 in n)) { n[$2] = ++kernels; kernel[kernels] = $2 }
	for (p = 0; p < 2; p++) {
		value[p, g[$1], n[$2]] = $(3 + 3 * p)
		low[p, g[$1], n[$2]] = $(4 + 3 * p)
		high[p, g[$1], n[$2]] = $(5 + 3 * p)
	}
}
END {
	print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"310\" font-family=\"sans-serif\" font-size=\"12\">"
	print "<!-- by make storm RECORD=1 -->"
	print "<rect width=\"640\" height=\"310\" fill=\"white\"/>"
	text(320, 20, "middle", title)
	panel(0, "start, times")
	panel(1, "stop, times")
	for (k = 1; k <= kernels; k++) {
		printf "<rect x=\"%d\" y=\"290\" width=\"10\" height=\"10\" fill=\"%s\"/>\n", 40 + (k - 1) * 120, colour[k]
		text(56 + (k - 1) * 120, 300, "start", kernel[k])
	}
	print "</svg>"
}
