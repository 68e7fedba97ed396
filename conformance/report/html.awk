# SPDX-License-Identifier: Apache-2.0
# Makes strings of C of the page's style and script, named by their files: html.css is html_css.
# Comments of whole lines stay in the source.

FNR == 1 {
	if (NR > 1)
		print "\t;"
	name = FILENAME
	sub(/^.*\//, "", name)
	sub(/\./, "_", name)
	printf "static const char %s[] =\n", name
}
/^[\t ]*(\/\/|\/\*.*\*\/$)/ { next }
{
	gsub(/[\\"]/, "\\\\&")
	print "\t\"" $0 "\\n\""
}
END { print "\t;" }
