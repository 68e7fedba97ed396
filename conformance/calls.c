/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/calls.h"

#include "conformance/text.h"
#include "reference/sys.h"

const struct call_rule call_rules[CALL_RULES] = {
	{ "mount", 0, { SYS_mount }, false },
	{ "openat2", ENOSYS, { MS_NR_openat2 }, false },
	{ "open_tree", ENOSYS, { MS_NR_open_tree }, false },
	{ "move_mount", ENOSYS, { MS_NR_move_mount }, false },
	{ "fsopen", ENOSYS, { MS_NR_fsopen }, false },
	{ "fsconfig", ENOSYS, { MS_NR_fsconfig }, false },
	{ "fsmount", ENOSYS, { MS_NR_fsmount }, false },
	{ "fspick", ENOSYS, { MS_NR_fspick }, false },
	{ "pidfd_open", ENOSYS, { MS_NR_pidfd_open }, false },
	{ "close_range", ENOSYS, { MS_NR_close_range }, false },
	{ "mount_setattr", ENOSYS, { MS_NR_mount_setattr }, false },
	{ "statmount", ENOSYS, { MS_NR_statmount }, false },
	{ "listmount", ENOSYS, { MS_NR_listmount }, false },
	{ "open_tree_attr", ENOSYS, { MS_NR_open_tree_attr }, false },
	/* Ubuntu 20.04's 5.4 (runc #5348). */
	{ "nr_inodes=1", EINVAL, { SYS_mount, MS_NR_fsconfig }, true },
};

static size_t find(const char *word, size_t n)
{
	size_t i;

	for (i = 0; i < CALL_RULES; i++)
		if (call_rules[i].errnum && strlen(call_rules[i].name) == n &&
		    strncmp(call_rules[i].name, word, n) == 0)
			return i;
	return CALL_RULES;
}

bool is_denial(const struct denial *d)
{
	return d->calls || d->fault.mode != FAULT_NONE;
}

static int take_word(struct denial *d, const char *word, size_t n)
{
	size_t i = find(word, n);

	if (i < CALL_RULES) {
		d->calls |= UINT64_C(1) << i;
		return 0;
	}
	/* One fault a run: what is seen has one cause. */
	return d->fault.mode == FAULT_NONE ? fault_parse(word, n, &d->fault) : -EINVAL;
}

int calls_parse(const char *words, struct denial *ret, char **ret_bad)
{
	struct denial d = { 0 };

	for (words += strspn(words, " "); *words; words += strspn(words, " ")) {
		size_t n = strcspn(words, " ");

		if (take_word(&d, words, n) < 0) {
			*ret_bad = xstrndup(words, n);
			return -EINVAL;
		}
		words += n;
	}
	*ret = d;
	return 0;
}

char *calls_remedy(const char *bad)
{
	_cleanup_free_ char *known = calls_known();

	if (strip_prefix(bad, "fault"))
		return xasprintf("at most one, fault=K:pass or fault=K:einval, K from 1 to %d",
				 FAULT_MAX);
	return xasprintf("none of %s fault=K:pass fault=K:einval", known);
}

static char *set_words(uint64_t set)
{
	_cleanup_text_ struct text t = { 0 };
	size_t i;

	for (i = 0; i < CALL_RULES; i++)
		if (set >> i & 1)
			text_addf(&t, "%s%s", t.len ? " " : "", call_rules[i].name);
	return xstrdup(text_str(&t));
}

char *calls_words(const struct denial *d)
{
	_cleanup_free_ char *calls = set_words(d->calls);
	_cleanup_free_ char *fault = d->fault.mode == FAULT_NONE ? NULL : fault_word(&d->fault);

	return xasprintf("%s%s%s", calls, *calls && fault ? " " : "", fault ? fault : "");
}

char *calls_known(void)
{
	uint64_t all = 0;
	size_t i;

	for (i = 0; i < CALL_RULES; i++)
		if (call_rules[i].errnum)
			all |= UINT64_C(1) << i;
	return set_words(all);
}
