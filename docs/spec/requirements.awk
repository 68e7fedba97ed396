# SPDX-License-Identifier: Apache-2.0
# The spec is the only place of a requirement's id, level, sentence and source; this makes the
# X-macro of them that the kit is compiled with. Fails on a requirement that lacks a part.

function quote(s)
{
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	return "\"" s "\""
}

function fault(text)
{
	printf "%s:%d: %s: %s\n", FILENAME, FNR, id, text > "/dev/stderr"
	failed = 1
}

function level_of(s)
{
	if (s ~ /(^|[^A-Z])MUST([^A-Z]|$)/)
		return "LEVEL_MUST"
	if (s ~ /(^|[^A-Z])SHOULD([^A-Z]|$)/)
		return "LEVEL_SHOULD"
	if (s ~ /(^|[^A-Z])INFO([^A-Z]|$)/)
		return "LEVEL_INFO"
	return ""
}

function flush_requirement()
{
	if (id == "")
		return
	level = level_of(sentence)
	if (level == "")
		fault("no sentence with MUST, SHOULD or INFO")
	if (why == "" || source == "" || observe == "")
		fault("Why, Source or Observe is missing")
	name = id
	gsub(/-/, "_", name)
	if (since != "" && since !~ /^[0-9]+(\.[0-9]+)*$/)
		fault("Since is a version of the specification")
	printf "REQUIREMENT(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)\n", name, quote(id), level,
		quote(sentence), quote(file "#" id), quote(why), quote(source), quote(observe),
		quote(disputed), quote(since)
	id = ""
}

FNR == 1 { flush_requirement() }
/^### / {
	flush_requirement()
	if ($0 ~ /\(withdrawn\)/)
		next
	id = $2
	file = FILENAME
	sub(/^.*docs\/spec\//, "docs/spec/", file)
	if (id !~ /^[a-z][a-z0-9-]*$/)
		fault("an id is lower case letters, digits and hyphens")
	if (seen[id]++)
		fault("defined twice")
	sentence = why = source = observe = disputed = since = ""
	next
}
id != "" && /^- Why: / { why = substr($0, 8) }
id != "" && /^- Source: / { source = substr($0, 11) }
id != "" && /^- Observe: / { observe = substr($0, 12) }
id != "" && /^- Disputed: / { disputed = substr($0, 13) }
id != "" && /^- Since: / { since = substr($0, 10) }
id != "" && sentence == "" && /^[^-#]/ { sentence = $0 }
END {
	flush_requirement()
	exit failed
}
