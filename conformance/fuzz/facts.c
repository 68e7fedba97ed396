/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/fuzz/fuzz.h"
#include "conformance/judge/judge.h"

static void judge_all(const struct facts *f)
{
	for (size_t id = 0; id < REQ_COUNT; id++) {
		_cleanup_finding_ struct finding finding;
		bool due = judge_is_due((enum requirement_id)id, &f->c);

		judge_case((enum requirement_id)id, f, &finding);
		MUST(finding.verdict < VERDICT_COUNT);
		/* Damage is broken and nothing else; what isn't due says nothing. */
		MUST(f->state == FACTS_WHOLE || finding.verdict == VERDICT_BROKEN);
		MUST(f->state != FACTS_WHOLE || due == (finding.verdict != VERDICT_NOT_DUE));
		MUST(finding.verdict != VERDICT_BROKEN || finding.reason.len > 0);
	}
}

static void try_facts(char *text)
{
	_cleanup_facts_ struct facts f = { 0 };

	facts_parse(text, &f);
	facts_header(&f, "runtime");
	judge_all(&f);
}

int fuzz_facts(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = xstrndup((const char *)data, size);

	try_facts(mended_facts(text));
	try_facts(TAKE_PTR(text));
	return 0;
}
