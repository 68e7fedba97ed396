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

int calls_parse(const char *words, uint64_t *ret, char **ret_bad)
{
	uint64_t set = 0;

	for (words += strspn(words, " "); *words; words += strspn(words, " ")) {
		size_t n = strcspn(words, " ");
		size_t i = find(words, n);

		if (i == CALL_RULES) {
			*ret_bad = xstrndup(words, n);
			return -EINVAL;
		}
		set |= UINT64_C(1) << i;
		words += n;
	}
	*ret = set;
	return 0;
}

char *calls_words(uint64_t set)
{
	_cleanup_text_ struct text t = { 0 };
	size_t i;

	for (i = 0; i < CALL_RULES; i++)
		if (set >> i & 1)
			text_addf(&t, "%s%s", t.len ? " " : "", call_rules[i].name);
	return xstrdup(text_str(&t));
}

char *calls_known(void)
{
	uint64_t all = 0;
	size_t i;

	for (i = 0; i < CALL_RULES; i++)
		if (call_rules[i].errnum)
			all |= UINT64_C(1) << i;
	return calls_words(all);
}
