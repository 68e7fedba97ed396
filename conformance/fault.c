/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/fault.h"

#include "conformance/text.h"
#include "reference/sys.h"

const struct mount_call mount_calls[MOUNT_CALLS] = {
	{ "mount", SYS_mount, true, -1, 1 },
	{ "umount2", SYS_umount2, true, -1, 0 },
	{ "move_mount", MS_NR_move_mount, true, 2, 3 },
	{ "mount_setattr", MS_NR_mount_setattr, true, 0, 1 },
	{ "open_tree", MS_NR_open_tree, false, 0, 1 },
	{ "fsmount", MS_NR_fsmount, false, -1, -1 },
};

static const char *const mode_names[] = {
	[FAULT_PASS] = "pass",
	[FAULT_EINVAL] = "einval",
};

const struct mount_call *mount_call_by_number(int nr)
{
	size_t i;

	for (i = 0; i < MOUNT_CALLS; i++)
		if (mount_calls[i].number == nr)
			return &mount_calls[i];
	return NULL;
}

int fault_parse(const char *word, size_t n, struct fault *ret)
{
	_cleanup_free_ char *copy = xstrndup(word, n);
	const char *number = strip_prefix(copy, FAULT_WORD);
	unsigned long k;
	size_t mode;
	char *end;

	if (!number || *number < '1' || *number > '9')
		return -EINVAL;
	k = strtoul(number, &end, 10);
	if (k > FAULT_MAX || *end++ != ':')
		return -EINVAL;
	for (mode = FAULT_PASS; mode < ARRAY_SIZE(mode_names); mode++) {
		if (streq(end, mode_names[mode])) {
			*ret = (struct fault){ k, (enum fault_mode)mode };
			return 0;
		}
	}
	return -EINVAL;
}

char *fault_word(const struct fault *f)
{
	return xasprintf(FAULT_WORD "%lu:%s", f->k, mode_names[f->mode]);
}

static bool counts(const struct fault_count *c, int nr)
{
	return c->open && mount_call_by_number(nr);
}

enum fault_answer fault_decide(const struct fault *f, const struct fault_count *c, int nr)
{
	if (!counts(c, nr) || f->mode == FAULT_NONE || c->answered + 1 != f->k)
		return FAULT_GOES_ON;
	if (f->mode == FAULT_EINVAL)
		return FAULT_ANSWERS_EINVAL;
	return mount_call_by_number(nr)->can_pass ? FAULT_ANSWERS_0 : FAULT_GOES_ON;
}

bool fault_answered(const struct fault *f, struct fault_count *c, int nr)
{
	bool made = fault_decide(f, c, nr) != FAULT_GOES_ON;

	if (!counts(c, nr) || ++c->answered != f->k)
		return false;
	c->hit = mount_call_by_number(nr);
	c->made = made;
	return true;
}
