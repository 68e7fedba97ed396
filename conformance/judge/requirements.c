/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of requirements and of their owners; an id without an owner does not link. */
#include "conformance/judge/judge.h"

const char *const level_names[LEVEL_COUNT] = {
	[LEVEL_MUST] = "MUST", [LEVEL_SHOULD] = "SHOULD", [LEVEL_INFO] = "INFO"
};

const char *const verdict_names[VERDICT_COUNT] = {
	[VERDICT_NOT_DUE] = "not due", [VERDICT_SKIP] = "skip", [VERDICT_PASS] = "pass",
	[VERDICT_BROKEN] = "broken",   [VERDICT_FAIL] = "fail",
};

const struct requirement requirements[REQ_COUNT] = {
#define REQUIREMENT(c_id, name, lvl, sentence, anchor, why_, source_, observe_, disputed_, since_) \
	[REQ_##c_id] = { .id = name,                                                               \
			 .level = lvl,                                                             \
			 .title = sentence,                                                        \
			 .spec = anchor,                                                           \
			 .why = why_,                                                              \
			 .source = source_,                                                        \
			 .observe = observe_,                                                      \
			 .disputed = disputed_,                                                    \
			 .since = since_ },
#include "requirements.def"
#undef REQUIREMENT
};

const struct judge *const judges[REQ_COUNT] = {
#define REQUIREMENT(c_id, ...) [REQ_##c_id] = &judge_##c_id,
#include "requirements.def"
#undef REQUIREMENT
};

enum requirement_id requirement_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < REQ_COUNT; i++)
		if (streq(requirements[i].id, name))
			break;
	return (enum requirement_id)i;
}
