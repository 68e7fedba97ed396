/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mount.h>

#include "reference/mask.h"
#include "reference/spec_config.h"
#include "reference/tests/tests.h"

static const struct {
	const char *name, *options, *label;
	bool quoted;
	const char *data; /* NULL: refused */
} labels[] = {
	{ "no-label", "mode=755", NULL, true, "mode=755" },
	{ "empty-label", "mode=755", "", true, "mode=755" },
	{ "quoted", "mode=755", "s0:c1,c2", true, "mode=755,context=\"s0:c1,c2\"" },
	{ "unquoted", "mode=755", "s0:c1,c2", false, "mode=755,context=s0:c1,c2" },
	{ "label-alone", "", "s0", true, "context=\"s0\"" },
	{ "nothing", "", NULL, true, "" },
	{ "quote-in-label", "mode=755", "a\",rw,b=\"", true, NULL },
};

START_TEST(label)
{
	_cleanup_free_ char *data = NULL;
	int r = mask_mount_data(labels[_i].options, labels[_i].label, labels[_i].quoted, &data);

	ck_assert_int_eq(r, labels[_i].data ? 0 : -EINVAL);
	ck_assert_pstr_eq(data, labels[_i].data);
}
END_TEST

static const struct {
	const char *name, *type;
	const char *options[6];
	bool bind, recursive;
	unsigned long set, clear;
	const char *data;
	bool refused;
} mounts[] = {
	{ "flags",
	  "tmpfs",
	  { "nosuid", "nodev", "ro" },
	  false,
	  false,
	  MS_NOSUID | MS_NODEV | MS_RDONLY,
	  0,
	  NULL,
	  false },
	{ "last-wins", "tmpfs", { "ro", "rw" }, false, false, 0, MS_RDONLY, NULL, false },
	{ "data",
	  "tmpfs",
	  { "mode=755", "ro", "size=1k" },
	  false,
	  false,
	  MS_RDONLY,
	  0,
	  "mode=755,size=1k",
	  false },
	{ "bind", "none", { "bind", "ro" }, true, false, MS_RDONLY, 0, NULL, false },
	{ "rbind", NULL, { "rbind" }, true, true, 0, 0, NULL, false },
	{ "type-bind", "bind", { NULL }, true, false, 0, 0, NULL, false },
	{ "bind-data", "bind", { "bind", "mode=755" }, true, false, 0, 0, NULL, true },
	{ "propagation", "bind", { "bind", "rprivate", "shared" }, true, false, 0, 0, NULL, false },
};

START_TEST(mount_words)
{
	struct fault f;
	struct reader r = { .fault = &f };
	struct spec_mount m = { .type = mounts[_i].type };
	const char *options[6];
	int ret;

	memcpy(options, mounts[_i].options, sizeof(options));
	m.options.v = options;
	while (m.options.n < ARRAY_SIZE(options) && options[m.options.n])
		m.options.n++;
	ret = spec_mount_options(&r, &m);
	ck_assert_int_eq(ret, mounts[_i].refused ? -EINVAL : 0);
	if (ret == 0) {
		ck_assert_uint_eq(m.set, mounts[_i].set);
		ck_assert_uint_eq(m.clear, mounts[_i].clear);
		ck_assert_int_eq(m.bind, mounts[_i].bind);
		ck_assert_int_eq(m.recursive, mounts[_i].recursive);
		ck_assert_pstr_eq(m.data, mounts[_i].data);
	}
	free(m.data);
}
END_TEST

Suite *options_suite(void)
{
	Suite *s = suite_create("options");

	for (size_t i = 0; i < ARRAY_SIZE(labels); i++)
		add_row(s, labels[i].name, label, i);
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++)
		add_row(s, mounts[i].name, mount_words, i);
	return s;
}
